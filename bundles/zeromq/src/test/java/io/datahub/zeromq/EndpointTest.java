package io.datahub.zeromq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.event.EventWriter;
import io.datahub.api.event.SessionInfo;
import io.datahub.zeromq.buffer.BufferPool;
import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.RawPeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class EndpointTest {

    private Fixture hub;

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void shouldCarryMessagesOfAnyNumberOfFramesUnchanged() throws IOException {
        hub = new Fixture();
        RawPeer subscriber = hub.subscriber("ci", "build.");
        RawPeer publisher = hub.connect("ci", "PUB");
        assertThat(publisher.message()).containsExactly("\u0001build.");

        publisher.send(RawPeer.message("build.1", "payload", "", "more", "x".repeat(1000)));
        publisher.send(RawPeer.message("build.2 in one frame"));
        publisher.send(RawPeer.message("build.3", ""));

        assertThat(subscriber.message()).containsExactly("build.1", "payload", "", "more", "x".repeat(1000));
        assertThat(subscriber.message()).containsExactly("build.2 in one frame");
        assertThat(subscriber.message()).containsExactly("build.3", "");
    }

    @Test
    void shouldAcceptSubscriptionsAsCommands() throws IOException {
        hub = new Fixture();
        RawPeer subscriber = hub.connect("ci", "SUB");
        subscriber.send(RawPeer.command("SUBSCRIBE", bytes("build.a")));
        subscriber.send(RawPeer.command("SUBSCRIBE", bytes("build.b")));
        subscriber.send(RawPeer.command("CANCEL", bytes("build.a")));
        Fixture.await(() -> hub.subscriptions() == 1);
        RawPeer publisher = hub.connect("ci", "PUSH");
        publisher.send(RawPeer.message("build.a", "1"));
        publisher.send(RawPeer.message("build.b", "2"));

        assertThat(subscriber.message()).containsExactly("build.b", "2");
    }

    @Test
    void shouldDropAndCountEventsThatAreNotGranted() throws IOException {
        hub = new Fixture();
        RawPeer subscriber = hub.subscriber("all", "");
        RawPeer publisher = hub.connect("ci", "PUSH");
        publisher.send(RawPeer.message("secret", "1"));
        publisher.send(RawPeer.message("hub.x", "1"));
        publisher.send(RawPeer.message("", "1"));
        publisher.send(RawPeer.message("build.1", "2"));

        assertThat(subscriber.message()).containsExactly("build.1", "2");
        assertThat(hub.broker.counters().refused()).isEqualTo(3);
    }

    @Test
    void shouldReplyToRequests() throws IOException {
        hub = new Fixture();
        RawPeer subscriber = hub.subscriber("all", "");
        RawPeer requester = hub.connect("ci", "REQ");

        requester.send(RawPeer.message("", "build.1", "x", "y"));
        assertThat(requester.message()).containsExactly("", "OK");
        requester.send(RawPeer.message("", "build.2 in one frame"));
        assertThat(requester.message()).containsExactly("", "OK");
        requester.send(RawPeer.message("", "secret", "x"));
        assertThat(requester.message()).startsWith("", "ERR", "403").hasSize(4);
        requester.send(RawPeer.message("", "", "x"));
        assertThat(requester.message()).startsWith("", "ERR", "400");
        requester.send(RawPeer.message("build.3", "x"));
        assertThat(requester.message()).startsWith("", "ERR", "400");
        requester.send(RawPeer.message("", "build." + "x".repeat(300), "x"));
        assertThat(requester.message()).containsExactly("", "OK");

        assertThat(subscriber.message()).containsExactly("build.1", "x", "y");
        assertThat(subscriber.message()).containsExactly("build.2 in one frame");
        assertThat(subscriber.message()).containsExactly("build." + "x".repeat(300), "x");
    }

    @Test
    void shouldReplyInTheEnvelopeOfTheRequest() throws IOException {
        hub = new Fixture();
        RawPeer subscriber = hub.subscriber("all", "");
        RawPeer requester = hub.connect("ci", "REQ");

        requester.send(RawPeer.message("\u0000\u0001\u0002\u0003", "", "build.1", "x"));
        assertThat(requester.message()).containsExactly("\u0000\u0001\u0002\u0003", "", "OK");
        requester.send(RawPeer.message("hop", "p".repeat(300), "", "secret", "x"));
        assertThat(requester.message()).startsWith("hop", "p".repeat(300), "", "ERR", "403");
        requester.send(RawPeer.message("id", ""));
        assertThat(requester.message()).startsWith("", "ERR", "400");
        requester.send(RawPeer.message("p".repeat(2_000), "", "build.2", "x"));
        assertThat(requester.message()).startsWith("", "ERR", "400");
        requester.send(RawPeer.message("1", "2", "3", "4", "5", "6", "7", "8", "", "build.3", "x"));
        assertThat(requester.message()).startsWith("", "ERR", "400");

        assertThat(subscriber.message()).containsExactly("build.1", "x");
    }

    @Test
    void shouldUpdateSubscriptionsAtPublishersWhenGrantsChange() throws IOException {
        hub = new Fixture();
        RawPeer publisher = hub.connect("ci", "XPUB");
        assertThat(publisher.message()).containsExactly("\u0001build.");

        hub.users.with("ci", "deploy.", "");
        hub.broker.usersChanged(hub.users.authenticator());

        assertThat(publisher.message()).containsExactly("\u0001deploy.");
        assertThat(publisher.message()).containsExactly("\u0000build.");
    }

    @Test
    void shouldDisconnectARemovedUser() throws IOException {
        hub = new Fixture();
        RawPeer subscriber = hub.subscriber("ci", "");
        RawPeer other = hub.subscriber("all", "");
        hub.users.without("ci");
        hub.broker.usersChanged(hub.users.authenticator());

        assertThat(subscriber.untilClosed()).isEmpty();
        hub.connect("all", "PUSH").send(RawPeer.message("x", "y"));
        assertThat(other.message()).containsExactly("x", "y");
    }

    @Test
    void shouldAnswerPing() throws IOException {
        hub = new Fixture();
        RawPeer peer = hub.connect("ci", "SUB");
        peer.send(RawPeer.command("PING", new byte[] {0, 0, 'c', 'o', 'n'}));

        assertThat(peer.frame()).isEqualTo("\u0004PONGcon");
    }

    @Test
    void shouldPingActivePeersTooSinceTheyMonitorTheHub() throws IOException {
        hub = new Fixture("pingMillis", 100L, "idleMillis", 60_000L);
        RawPeer busy = hub.connect();
        busy.logIn("ci", "ci-token", "REQ", 1);
        int pings = 0;
        for (int i = 0; pings < 3; i++) {
            busy.send(RawPeer.message("", "build.1", String.valueOf(i)));
            String first = busy.frame();
            while (first.startsWith("\u0004PING")) {
                assertThat(first).isEqualTo("\u0004PING\u0002X");
                pings++;
                first = busy.frame();
            }
            assertThat(busy.frame()).isEqualTo("OK");
        }
    }

    @Test
    void shouldAnnounceNoTimeoutToPeersWithoutAnIdleTimeout() throws IOException {
        hub = new Fixture("pingMillis", 100L, "idleMillis", 0L);
        RawPeer silent = hub.connect();
        silent.logIn("ci", "ci-token", "SUB", 1);

        assertThat(silent.frame()).isEqualTo("\u0004PING\0\0");
    }

    @Test
    void shouldDisconnectAPeerAfterItsOwnTimeout() throws IOException {
        hub = new Fixture();
        RawPeer peer = hub.connect("ci", "SUB");
        peer.send(RawPeer.command("PING", new byte[] {0, 3}));

        peer.untilClosed();
        assertThat(hub.closed(DisconnectReason.IDLE)).isEqualTo(1);
    }

    @Test
    void shouldPingIdlePeersAndDisconnectThoseThatDoNotReply() throws IOException {
        hub = new Fixture("pingMillis", 200L, "idleMillis", 1_500L);
        RawPeer old = hub.subscriber("ci", "build.");
        RawPeer silent = hub.connect();
        silent.logIn("ci", "ci-token", "SUB", 1);
        RawPeer alive = hub.connect();
        alive.logIn("ci", "ci-token", "SUB", 1);
        CompletableFuture<Void> gone = CompletableFuture.runAsync(() -> {
            try {
                silent.untilClosed();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        while (!gone.isDone()) {
            assertThat(alive.frame()).isEqualTo("\u0004PING\0\u000f");
            alive.send(RawPeer.command("PONG", new byte[0]));
        }

        assertThat(hub.closed(DisconnectReason.IDLE)).isEqualTo(1);
        hub.connect("ci", "PUSH").send(RawPeer.message("build.1", "x"));
        assertThat(old.message()).containsExactly("build.1", "x");
    }

    @Test
    void shouldPublishWhatWasReceivedBeforeAProtocolViolation() throws IOException {
        hub = new Fixture();
        RawPeer subscriber = hub.subscriber("all", "");
        List<byte[]> violations = List.of(
                RawPeer.command("JOIN", new byte[0]),
                RawPeer.command("PING", new byte[1]),
                RawPeer.command("ERROR", new byte[1]),
                new byte[] {16, 0},
                new byte[] {2, 0x7f, -1, -1, -1, -1, -1, -1, -1});
        for (byte[] violation : violations) {
            RawPeer publisher = hub.connect("all", "PUSH");
            byte[] message = RawPeer.message("before", "x");
            ByteBuffer both = ByteBuffer.allocate(message.length + violation.length)
                    .put(message)
                    .put(violation);
            publisher.send(both.array());
            publisher.untilClosed();
            assertThat(subscriber.message()).containsExactly("before", "x");
        }
        assertThat(hub.closed(DisconnectReason.BAD_FRAME)).isEqualTo(4);
        assertThat(hub.closed(DisconnectReason.TOO_LARGE)).isEqualTo(1);
    }

    @Test
    void shouldDisconnectSubscribersThatExceedALimit() throws IOException {
        hub = new Fixture(Map.of("maxSubscriptions", 2));
        RawPeer tooLong = hub.connect("ci", "SUB");
        tooLong.send(RawPeer.message("\u0001" + "x".repeat(4201)));
        tooLong.untilClosed();
        assertThat(hub.closed(DisconnectReason.TOO_LARGE)).isEqualTo(1);

        RawPeer tooMany = hub.connect("ci", "SUB");
        tooMany.subscribe("a");
        tooMany.subscribe("b");
        tooMany.subscribe("c");
        tooMany.untilClosed();
        assertThat(hub.closed(DisconnectReason.TOO_MANY_SUBSCRIPTIONS)).isEqualTo(1);
    }

    @Test
    void shouldCarryMessagesOfAllSizesInAnyMix() throws Exception {
        hub = new Fixture(Map.of("queueBytes", 1L << 28, "maxQueuedBytes", 1L << 29), "loops", 2);
        RawPeer subscriber = hub.subscriber("all", "");
        int publishers = 3;
        int messages = 60;
        List<CompletableFuture<Void>> sending = new ArrayList<>();
        for (int i = 0; i < publishers; i++) {
            RawPeer publisher = hub.connect("all", "PUSH");
            Random random = new Random(i);
            String topic = "mix." + i;
            sending.add(CompletableFuture.runAsync(() -> {
                try {
                    for (int number = 0; number < messages; number++) {
                        byte[] payload = new byte[number == 7 ? (1 << 24) - 50 : 1 << random.nextInt(21)];
                        random.nextBytes(payload);
                        publisher.send(EventWriter.write(bytes(topic), payload, bytes(number + " " + checksum(payload)))
                                .array());
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        }

        int[] next = new int[publishers];
        for (int i = 0; i < publishers * messages; i++) {
            List<byte[]> message = subscriber.rawMessage();
            int publisher = message.get(0)[4] - '0';
            assertThat(new String(message.get(2), StandardCharsets.UTF_8))
                    .isEqualTo(next[publisher] + " " + checksum(message.get(1)));
            next[publisher]++;
        }
        sending.forEach(CompletableFuture::join);
        Fixture.await(() -> hub.largeMessageBytes() == 0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static long checksum(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }

    @Test
    void shouldApplyBackpressureToAPushSoThatASlowSubscriberLosesNothing() throws Exception {
        hub = new Fixture(Map.of("pushWaitMillis", 60_000L));
        RawPeer slow = hub.subscriber("all", "");
        RawPeer publisher = hub.connect("all", "PUSH");
        int messages = 3_000;
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < messages; i++) {
                    publisher.send(RawPeer.message("n", String.valueOf(i), "x".repeat(20_000)));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        Fixture.await(() -> hub.broker.counters().queuedBytes() > 1 << 20);
        assertThat(sending).isNotDone();

        for (int i = 0; i < messages; i++) {
            assertThat(slow.message().get(1)).isEqualTo(String.valueOf(i));
        }
        sending.join();
        assertThat(hub.broker.counters().lost()).isZero();
    }

    @Test
    void shouldNotLetAStuckSubscriberThrottleAPubOrOtherSubscribers() throws Exception {
        hub = new Fixture(Map.of("queueBytes", 20L << 20));
        RawPeer stuck = hub.subscriber("all", "n");
        RawPeer healthy = hub.subscriber("all", "n");
        RawPeer publisher = hub.connect("all", "PUB");
        int messages = 4_000;
        CompletableFuture<Void> receiving = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < messages; i++) {
                    assertThat(healthy.message().get(1)).isEqualTo(String.valueOf(i));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        for (int i = 0; i < messages; i++) {
            publisher.send(RawPeer.message("n", String.valueOf(i), "x".repeat(20_000)));
            long sent = i;
            Fixture.await(() -> sessionOf(healthy).out() > sent - 500 || receiving.isCompletedExceptionally());
        }
        receiving.join();

        List<SessionInfo> sessions = hub.broker.sessions();
        assertThat(sessions.get(0).lost()).isPositive();
        assertThat(sessions.get(1).lost()).isZero();
        stuck.close();
        Fixture.await(() -> hub.broker.counters().queuedBytes() == 0);
        BufferPool pool = hub.zeromq.context().pool();
        Fixture.await(() -> pool.allocated() - pool.idle() <= 1);
    }

    @Test
    void shouldLimitTheReadBuffersPinnedByStuckSubscribers() throws Exception {
        hub = new Fixture(
                Map.of("queueBytes", 20L << 20, "pinnedBytes", 1L << 20),
                "readBufferBytes",
                65_536,
                "maxReadBufferBytes",
                64L << 20);
        int stuck = 3;
        for (int i = 0; i < stuck; i++) {
            hub.subscriber("all", "stuck." + i);
        }
        RawPeer healthy = hub.subscriber("all", "n");
        RawPeer publisher = hub.connect("all", "PUSH");
        int rounds = 500;
        CompletableFuture<Void> receiving = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < rounds; i++) {
                    assertThat(healthy.message().get(1)).isEqualTo(String.valueOf(i));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        BufferPool pool = hub.zeromq.context().pool();
        int maxInUse = 0;
        for (int i = 0; i < rounds; i++) {
            for (int j = 0; j < stuck; j++) {
                publisher.send(RawPeer.message("stuck." + j, "y".repeat(20_000)));
            }
            publisher.send(RawPeer.message("n", String.valueOf(i), "x".repeat(50_000)));
            long sent = i;
            Fixture.await(() -> sessionOf(healthy).out() > sent - 3 || receiving.isCompletedExceptionally());
            maxInUse = Math.max(maxInUse, pool.allocated() - pool.idle());
        }
        receiving.join();

        assertThat(hub.broker.counters().queuedBytes()).isGreaterThan(stuck * (1L << 20));
        int pinned = (1 << 20) / 65_536;
        assertThat(maxInUse).isLessThan(2 * stuck * pinned + 16);
        assertThat(pool.onHeap()).isZero();
    }

    private SessionInfo sessionOf(RawPeer peer) {
        return hub.broker.sessions().get(hub.peers.indexOf(peer));
    }

    @Test
    void shouldLimitTheMemoryOfPartiallyReceivedMessages() throws IOException {
        hub = new Fixture("maxMessageBytes", 4 << 20, "maxReceivingBytes", 9L << 20);
        for (int i = 0; i < 4; i++) {
            RawPeer peer = hub.connect("all", "PUSH");
            ByteBuffer part = ByteBuffer.allocate(3 << 20).put((byte) 2).putLong(4 << 20);
            peer.send(part.array());
        }

        Fixture.await(() -> hub.closed(DisconnectReason.OUT_OF_MEMORY) > 0);
        Fixture.await(() -> hub.largeMessageBytes() < 9L << 20);
    }

    @Test
    void shouldLimitTheNumberOfConnections() throws IOException {
        hub = new Fixture("maxConnections", 1);
        RawPeer first = hub.connect("ci", "SUB");
        RawPeer second = hub.connect();
        assertThat(second.untilClosed()).isEmpty();
        assertThat(hub.closed(DisconnectReason.TOO_MANY_CONNECTIONS)).isEqualTo(1);

        first.close();
        Fixture.await(() -> hub.zeromq.context().connectionLimiter().count() == 0);
        hub.connect("ci", "SUB");
    }

    @Test
    void shouldNameThePortThatIsInUseAndTheRemedy() throws IOException {
        hub = new Fixture();
        try (ServerSocket occupied = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> new Zeromq(
                            Fixture.configuration("port", occupied.getLocalPort()),
                            hub.broker,
                            hub.users.authenticator(),
                            Fixture.HOME,
                            hub.changes,
                            hub.reader))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(String.valueOf(occupied.getLocalPort()))
                    .hasMessageContaining("DATAHUB_ZMQ_PORT");
        }
    }

    @Test
    void shouldKeepConnectionsWhenThePortDoesNotChange() throws IOException {
        hub = new Fixture();
        RawPeer subscriber = hub.subscriber("ci", "build.");
        int port = hub.port();

        hub.zeromq.modified(Fixture.configuration("maxConnections", 2));
        RawPeer publisher = hub.connect("ci", "PUSH");
        publisher.send(RawPeer.message("build.1", "x"));
        assertThat(subscriber.message()).containsExactly("build.1", "x");
        assertThat(hub.port()).isEqualTo(port);
        assertThat(hub.connect().untilClosed()).isEmpty();
    }

    @Test
    void shouldReopenWhenThePortChanges() throws IOException {
        hub = new Fixture();
        RawPeer before = hub.subscriber("ci", "build.");
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        hub.zeromq.modified(Fixture.configuration("port", free));

        assertThat(before.untilClosed()).isEmpty();
        assertThat(hub.port()).isEqualTo(free);
        hub.connect("ci", "SUB");
        assertThat(hub.zeromq.check().ready()).isTrue();
    }

    @Test
    void shouldKeepPortAndConnectionsWhenTheNewPortIsTaken() throws IOException {
        hub = new Fixture();
        RawPeer subscriber = hub.subscriber("ci", "build.");
        int port = hub.port();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            hub.zeromq.modified(Fixture.configuration("port", taken.getLocalPort()));

            assertThat(hub.port()).isEqualTo(port);
            assertThat(hub.zeromq.check().ready()).isTrue();
            assertThat(hub.zeromq.check().degraded()).isTrue();
            assertThat(hub.zeromq.check().detail()).contains(":" + taken.getLocalPort());
        }
        hub.connect("ci", "PUSH").send(RawPeer.message("build.1", "x"));
        assertThat(subscriber.message()).containsExactly("build.1", "x");

        hub.zeromq.modified(Fixture.configuration("maxConnections", 100));
        assertThat(hub.zeromq.check().degraded()).isFalse();
    }

    @Test
    void shouldListenAtTheFormerAddressWhenTheNewOneCantBeUsed() throws IOException {
        hub = new Fixture();
        RawPeer subscriber = hub.subscriber("ci", "build.");

        hub.zeromq.modified(Fixture.configuration("host", "no.such.host.invalid"));
        assertThat(hub.zeromq.check().detail()).contains("no.such.host.invalid");
        hub.connect("ci", "PUSH").send(RawPeer.message("build.1", "x"));
        assertThat(subscriber.message()).containsExactly("build.1", "x");

        hub.zeromq.modified(Fixture.configuration("host", "192.0.2.1")); // of no machine (RFC 5737)
        assertThat(hub.zeromq.check().degraded()).isTrue();
        hub.connect("ci", "SUB");
    }
}
