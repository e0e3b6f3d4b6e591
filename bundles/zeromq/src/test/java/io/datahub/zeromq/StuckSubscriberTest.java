package io.datahub.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.event.EventWriter;
import io.datahub.api.event.SessionInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A subscriber that reads nothing beside one that reads everything, at 5,000 messages of 4 KiB a second. Lasts some
 * seconds; with {@code -Ddatahub.soakSeconds=60} as long as one wants, with figures in the log.
 */
@Timeout(600)
class StuckSubscriberTest {

    private static final Logger LOG = Logger.getLogger(StuckSubscriberTest.class.getName());
    private static final int SECONDS = Integer.getInteger("datahub.soakSeconds", 4);
    private static final int A_SECOND = 5_000;
    private static final int PAYLOAD = 4_096;
    private static final long QUEUE_BYTES = 24L << 20;
    private static final byte[] TOPIC = "soak.x".getBytes(StandardCharsets.UTF_8);

    private final Fixture hub = new Fixture(Map.of("queueBytes", QUEUE_BYTES));

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void shouldLoseNothingButTheStuckOnesMessagesAndCountThoseExactly() throws Exception {
        RawPeer stuck = hub.subscriber("all", "soak.", "hub.lost");
        RawPeer healthy = hub.subscriber("all", "soak.");
        RawPeer publisher = hub.connect("all", "PUB");
        int messages = SECONDS * A_SECOND;
        CompletableFuture<Integer> receiving = CompletableFuture.supplyAsync(() -> inOrder(healthy, messages));

        List<Long> memory = new ArrayList<>();
        long mostQueued = 0;
        long start = System.nanoTime();
        for (int i = 0; i < messages && !receiving.isCompletedExceptionally(); i++) {
            long due = start + i * (Duration.ofSeconds(1).toNanos() / A_SECOND);
            for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
                LockSupport.parkNanos(due - now);
            }
            publisher.send(message(i));
            mostQueued = Math.max(mostQueued, hub.broker.counters().queuedBytes());
            if (i % A_SECOND == A_SECOND - 1 && i >= messages / 2) {
                memory.add(usedMemory());
            }
        }
        assertThat(receiving.get()).isEqualTo(messages);

        SessionInfo info = session(0);
        long lost = info.lost();
        assertThat(session(1).lost()).isZero();
        assertThat(session(1).out()).isEqualTo(messages);
        assertThat(lost).isPositive().isEqualTo(hub.broker.counters().lost());
        assertThat(mostQueued).as("queued by both").isLessThan(QUEUE_BYTES + (8L << 20));
        assertThat(memory.get(memory.size() - 1) - memory.get(0))
                .as("memory grown")
                .isLessThan(8L << 20);
        BufferPool pool = hub.zeromq.reception().pool();
        assertThat(pool.onHeap()).isZero();
        LOG.info("sent=" + messages + " healthy=" + session(1).out() + " stuckLost=" + lost + " queuedBytes="
                + info.queuedBytes() + " heapMiB="
                + memory.stream().map(bytes -> bytes >> 20).toList()
                + " readBuffers=" + pool.made() + " seconds="
                + Duration.ofNanos(System.nanoTime() - start).toSeconds());
        assertEveryMessageIsAccountedFor(stuck, messages, lost);
    }

    /** The stuck one wakes up: what it gets, and what it is told that it lost, are all there were. */
    private void assertEveryMessageIsAccountedFor(RawPeer stuck, int messages, long lost) throws IOException {
        long told = 0;
        long got = 0;
        int next = 0;
        while (got + told < messages) {
            List<byte[]> message = stuck.rawMessage();
            if (message.get(0).length == TOPIC.length) {
                int number = ByteBuffer.wrap(message.get(1)).getInt();
                assertThat(number).isGreaterThanOrEqualTo(next);
                next = number + 1;
                got++;
            } else {
                String notice = new String(message.get(1), StandardCharsets.UTF_8);
                told += Long.parseLong(notice.replaceAll("\\{\"lost\":(\\d+),.*", "$1"));
            }
        }
        assertThat(told).isEqualTo(lost);
        assertThat(got).isEqualTo(messages - lost);
        Fixture.await(() -> hub.broker.counters().queuedBytes() == 0);
    }

    private SessionInfo session(int number) {
        return hub.broker.sessions().get(number);
    }

    private static byte[] message(int number) {
        byte[] payload = new byte[PAYLOAD];
        ByteBuffer.wrap(payload).putInt(number).putInt(PAYLOAD - 4, ~number);
        return EventWriter.write(TOPIC, payload).array();
    }

    private static int inOrder(RawPeer peer, int messages) {
        try {
            for (int i = 0; i < messages; i++) {
                ByteBuffer payload = ByteBuffer.wrap(peer.rawMessage().get(1));
                assertThat(payload.getInt(0)).isEqualTo(i);
                assertThat(payload.getInt(PAYLOAD - 4)).isEqualTo(~i);
            }
            return messages;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long usedMemory() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
