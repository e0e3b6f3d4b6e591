package io.datahub.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.event.EventWriter;
import io.datahub.api.event.SessionInfo;
import io.datahub.zeromq.buffer.BufferPool;
import io.datahub.zeromq.zmtp.RawPeer;
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
 * A subscriber that reads nothing next to one that reads everything, at 5,000 messages of 4 KiB per second. Takes a few
 * seconds; set {@code -Ddatahub.soakSeconds=60} to run it longer, with measurements in the log.
 */
@Timeout(600)
class StuckSubscriberTest {

    private static final Logger LOG = Logger.getLogger(StuckSubscriberTest.class.getName());
    private static final int SECONDS = Integer.getInteger("datahub.soakSeconds", 4);
    private static final int MESSAGES_PER_SECOND = 5_000;
    private static final int PAYLOAD = 4_096;
    private static final long QUEUE_BYTES = 24L << 20;
    private static final byte[] TOPIC = "soak.x".getBytes(StandardCharsets.UTF_8);

    private final Fixture hub = new Fixture(Map.of("queueBytes", QUEUE_BYTES));

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void shouldLoseAndCountOnlyMessagesOfTheStuckSubscriber() throws Exception {
        RawPeer stuck = hub.subscriber("all", "soak.", "hub.lost");
        RawPeer healthy = hub.subscriber("all", "soak.");
        RawPeer publisher = hub.connect("all", "PUB");
        int messages = SECONDS * MESSAGES_PER_SECOND;
        CompletableFuture<Integer> receiving = CompletableFuture.supplyAsync(() -> inOrder(healthy, messages));

        List<Long> memory = new ArrayList<>();
        long maxQueued = 0;
        long start = System.nanoTime();
        for (int i = 0; i < messages && !receiving.isCompletedExceptionally(); i++) {
            long due = start + i * (Duration.ofSeconds(1).toNanos() / MESSAGES_PER_SECOND);
            for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
                LockSupport.parkNanos(due - now);
            }
            publisher.send(message(i));
            maxQueued = Math.max(maxQueued, hub.broker.counters().queuedBytes());
            if (i % MESSAGES_PER_SECOND == MESSAGES_PER_SECOND - 1 && i >= messages / 2) {
                memory.add(usedMemory());
            }
        }
        assertThat(receiving.get()).isEqualTo(messages);

        SessionInfo info = session(0);
        long lost = info.lost();
        assertThat(session(1).lost()).isZero();
        assertThat(session(1).out()).isEqualTo(messages);
        assertThat(lost).isPositive().isEqualTo(hub.broker.counters().lost());
        assertThat(maxQueued).as("queued by both").isLessThan(QUEUE_BYTES + (8L << 20));
        assertThat(memory.get(memory.size() - 1) - memory.get(0))
                .as("memory grown")
                .isLessThan(8L << 20);
        BufferPool pool = hub.zeromq.context().pool();
        assertThat(pool.onHeap()).isZero();
        LOG.info("sent=" + messages + " healthy=" + session(1).out() + " stuckLost=" + lost + " queuedBytes="
                + info.queuedBytes() + " heapMiB="
                + memory.stream().map(bytes -> bytes >> 20).toList()
                + " readBuffers=" + pool.allocated() + " seconds="
                + Duration.ofNanos(System.nanoTime() - start).toSeconds());
        assertThatAllMessagesAreAccountedFor(stuck, messages, lost);
    }

    /**
     * The stuck subscriber resumes: the messages it receives and those reported to it as lost add up to all messages.
     */
    private void assertThatAllMessagesAreAccountedFor(RawPeer stuck, int messages, long lost) throws IOException {
        long reported = 0;
        long received = 0;
        int next = 0;
        while (received + reported < messages) {
            List<byte[]> message = stuck.rawMessage();
            if (message.get(0).length == TOPIC.length) {
                int number = ByteBuffer.wrap(message.get(1)).getInt();
                assertThat(number).isGreaterThanOrEqualTo(next);
                next = number + 1;
                received++;
            } else {
                String notice = new String(message.get(1), StandardCharsets.UTF_8);
                reported += Long.parseLong(notice.replaceAll("\\{\"lost\":(\\d+),.*", "$1"));
            }
        }
        assertThat(reported).isEqualTo(lost);
        assertThat(received).isEqualTo(messages - lost);
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
