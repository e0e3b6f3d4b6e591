package io.datahub.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.RawPeer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A misbehaving peer doesn't affect others; its connection is closed, and the reason is counted. */
@Timeout(120)
class AbuseTest {

    private Fixture hub;
    private RawPeer subscriber;
    private RawPeer publisher;

    @AfterEach
    void stop() {
        hub.close();
    }

    private void begin(Map<String, Object> broker, Object... keysAndValues) throws IOException {
        hub = new Fixture(broker, keysAndValues);
        subscriber = hub.subscriber("all", "probe");
        publisher = hub.connect("all", "PUSH");
    }

    private void assertThatOthersAreUnaffected() throws IOException {
        publisher.send(RawPeer.message("probe", "x"));
        assertThat(subscriber.message()).containsExactly("probe", "x");
        assertThat(hub.closed(DisconnectReason.FAILED)).isZero();
    }

    @Test
    void shouldTimeOutHandshakesThatOnlyTrickle() throws IOException {
        begin(Map.of(), "handshakeMillis", 3_000L);
        byte[] greeting = RawPeer.greeting(3, 0, "PLAIN");
        List<RawPeer> trickling = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            trickling.add(hub.connect());
        }
        int sent = 0;
        while (hub.closed(DisconnectReason.HANDSHAKE_TIMEOUT) < trickling.size()) {
            for (RawPeer peer : trickling) {
                trickle(peer, greeting, sent);
            }
            sent++;
            assertThatOthersAreUnaffected();
        }
        assertThat(hub.zeromq.context().handshakes().pending()).isZero();
    }

    private static void trickle(RawPeer peer, byte[] greeting, int sent) {
        try {
            if (sent < greeting.length - 1) {
                peer.send(new byte[] {greeting[sent]});
            }
        } catch (IOException e) {
            // closed, as expected
        }
    }

    @Test
    void shouldAllocateNothingForAnAnnouncedLengthAlone() throws IOException {
        begin(Map.of());
        for (byte[] announced : List.of(
                new byte[] {2, 0x7f, -1, -1, -1, -1, -1, -1, -1},
                new byte[] {3, 0, 0, 0, 0, 1, 1, 0, 0},
                new byte[] {1, 1, 't', 2, 0x7f, -1, -1, -1, -1, -1, -1, -1})) {
            RawPeer peer = hub.connect("all", "PUSH");
            peer.send(announced);
            peer.untilClosed();
        }
        assertThat(hub.closed(DisconnectReason.TOO_LARGE)).isEqualTo(3);

        RawPeer largest = hub.connect("all", "PUSH");
        largest.send(new byte[] {1, 1, 't', 2, 0, 0, 0, 0, 1, 0, 0, 0});
        largest.send(new byte[1_000]);
        assertThatOthersAreUnaffected();
        assertThat(hub.largeMessageBytes()).isLessThanOrEqualTo(65_536);
    }

    @Test
    void shouldDisconnectAPeerThatExceedsTheSubscriptionLimit() throws IOException {
        begin(Map.of("maxSubscriptionBytes", 1_000_000L));
        RawPeer flood = hub.connect("all", "SUB");
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < 1_000_000; i++) {
                    flood.subscribe(i + "x".repeat(4_000));
                }
            } catch (IOException e) {
                // closed, as expected
            }
        });
        Fixture.await(() -> hub.closed(DisconnectReason.TOO_MANY_SUBSCRIPTIONS) == 1);
        sending.join();

        assertThatOthersAreUnaffected();
        assertThat(hub.subscriptions()).isEqualTo(1);
    }

    @Test
    void shouldNotLeakMemoryWhenAPeerKeepsSubscribingAndUnsubscribing() throws IOException {
        begin(Map.of("maxSubscriptions", 3));
        RawPeer restless = hub.connect("all", "SUB");
        for (int i = 0; i < 5_000; i++) {
            restless.subscribe("a" + i);
            restless.send(RawPeer.message("\u0000a" + i));
            restless.send(RawPeer.message("\u0000never"));
        }
        restless.subscribe("last");

        Fixture.await(() -> hub.subscriptions() == 2);
        assertThatOthersAreUnaffected();
        assertThat(restless.isOpen()).isTrue();
    }

    @Test
    void shouldUseLittleMemoryForAnIdleConnection() throws IOException {
        begin(Map.of());
        int peers = 300;
        List<Socket> idle = new ArrayList<>();
        try {
            connectIdle(idle);
            long before = usedMemory();
            for (int i = 1; i < peers; i++) {
                connectIdle(idle);
            }
            Fixture.await(() -> hub.subscriptions() == 1 + peers);
            assertThat((usedMemory() - before) / peers)
                    .as("bytes for both ends of a connection")
                    .isLessThan(8_192);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    private void connectIdle(List<Socket> idle) throws IOException {
        Socket socket = new Socket(hub.zeromq.address().getAddress(), hub.port());
        idle.add(socket);
        OutputStream out = socket.getOutputStream();
        out.write(RawPeer.greeting(3, 1, "PLAIN"));
        out.write(RawPeer.hello("all", "all-token"));
        out.write(RawPeer.metadata("INITIATE", "SUB"));
        out.write(RawPeer.message("\u0001idle."));
    }

    private static long usedMemory() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Test
    void shouldStopReadingFromAPeerThatReadsNoReplies() throws Exception {
        begin(Map.of());
        RawPeer notReading = hub.connect("all", "REQ");
        byte[] request = RawPeer.message("", "", "");
        int requests = 400_000;
        ByteBuffer many = ByteBuffer.allocate(1_000 * request.length);
        while (many.hasRemaining()) {
            many.put(request);
        }
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < requests / 1_000; i++) {
                    notReading.send(many.array());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        awaitStall();
        assertThat(hub.broker.counters().refused()).isPositive().isLessThan(requests);

        for (int i = 0; i < requests; i++) {
            assertThat(notReading.message()).startsWith("", "ERR", "400");
        }
        sending.join();
        assertThat(hub.broker.counters().refused()).isEqualTo(requests);
    }

    /** Waits until many messages of others were delivered and no further request was processed. */
    private void awaitStall() throws IOException {
        long before = -1;
        for (int idle = 0; idle < 200; idle++) {
            assertThatOthersAreUnaffected();
            long now = hub.broker.counters().refused();
            idle = now == before && now > 0 ? idle : 0;
            before = now;
        }
    }
}
