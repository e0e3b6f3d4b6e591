package io.datahub.zeromq.curve;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.zeromq.Fixture;
import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.ProtocolException;
import io.datahub.zeromq.zmtp.RawPeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Encrypted traffic, end to end. */
@Timeout(120)
class CurveTrafficTest {

    private Fixture hub;

    @AfterEach
    void stop() {
        hub.close();
    }

    private CurvePeer connect(String user, String socketType) throws IOException, ProtocolException {
        return new CurvePeer(hub.connect(), user).logIn(socketType, 1);
    }

    private CurvePeer subscriber(String user, String prefix) throws IOException, ProtocolException {
        int before = hub.subscriptions();
        CurvePeer peer = connect(user, "SUB");
        peer.raw.send(peer.message("\u0001" + prefix));
        Fixture.await(() -> hub.subscriptions() == before + 1);
        return peer;
    }

    @Test
    void shouldAcceptBothFormsOfSubscriptions() throws IOException, ProtocolException {
        hub = new Fixture();
        CurvePeer subscriber = connect("ci", "SUB");
        subscriber.raw.send(subscriber.message("\u0001build.a"));
        subscriber.raw.send(subscriber.command("SUBSCRIBE", CurvePeer.ascii("build.b")));
        subscriber.raw.send(subscriber.command("SUBSCRIBE", CurvePeer.ascii("build.c")));
        subscriber.raw.send(subscriber.command("CANCEL", CurvePeer.ascii("build.b")));
        subscriber.raw.send(subscriber.message("\u0000build.a"));
        subscriber.raw.send(subscriber.command("PING", new byte[2]));
        assertThat(subscriber.receive()).containsExactly("\u0004PONG");
        CurvePeer publisher = connect("ci", "PUSH");
        publisher.raw.send(CurvePeer.concat(
                publisher.message("build.a", "1"),
                publisher.message("build.b", "2"),
                publisher.message("build.c", "3")));

        assertThat(subscriber.receive()).containsExactly("build.c", "3");
    }

    @Test
    void shouldEncryptPingAndPong() throws IOException, ProtocolException {
        hub = new Fixture("pingMillis", 200L, "idleMillis", 60_000L);
        CurvePeer peer = connect("ci", "SUB");
        byte[] ping = peer.decrypt();
        assertThat(ping).isEqualTo(CurvePeer.concat(new byte[] {2}, CurvePeer.ascii("\u0004PING\u0002X")));
        peer.raw.send(peer.command("PONG", new byte[0]));
        peer.raw.send(peer.command("PING", new byte[] {0, 0, 'c', 'o', 'n'}));
        byte[] answer = peer.decrypt();
        while (Arrays.equals(answer, ping)) {
            answer = peer.decrypt();
        }

        assertThat(answer).isEqualTo(CurvePeer.concat(new byte[] {2}, CurvePeer.ascii("\u0004PONGcon")));
    }

    @Test
    void shouldEncryptSubscriptionsSentToPublishers() throws IOException, ProtocolException {
        hub = new Fixture();
        CurvePeer publisher = connect("ci", "XPUB");
        assertThat(publisher.receive()).containsExactly("\u0001build.");

        hub.users.with("ci", "deploy.", "");
        hub.broker.usersChanged(hub.users.authenticator());

        assertThat(publisher.receive()).containsExactly("\u0001deploy.");
        assertThat(publisher.receive()).containsExactly("\u0000build.");
    }

    @Test
    void shouldDisconnectAUserWhoseKeyIsRemoved() throws IOException, ProtocolException {
        hub = new Fixture();
        CurvePeer gone = subscriber("ci", "");
        CurvePeer other = subscriber("all", "");

        hub.users.without("ci");
        hub.broker.usersChanged(hub.users.authenticator());

        assertThat(gone.raw.untilClosed()).isEmpty();
        CurvePeer publisher = connect("all", "PUSH");
        publisher.raw.send(publisher.message("x", "y"));
        assertThat(other.receive()).containsExactly("x", "y");
    }

    @Test
    void shouldDisconnectAPeerThatSendsAReplayedOrUnencryptedOrTooLargeMessage() throws IOException, ProtocolException {
        hub = new Fixture("maxMessageBytes", 1_000);
        CurvePeer subscriber = subscriber("all", "");
        CurvePeer replaying = connect("all", "PUSH");
        byte[] message = replaying.message("once", "x");
        replaying.raw.send(message);
        replaying.raw.send(message);
        assertThat(replaying.raw.untilClosed()).isEmpty();
        CurvePeer plain = connect("all", "PUSH");
        plain.raw.send(RawPeer.message("in clear", "x".repeat(100)));
        assertThat(plain.raw.untilClosed()).isEmpty();
        CurvePeer large = connect("all", "PUSH");
        large.raw.send(large.message("large", "x".repeat(600), "y".repeat(600)));
        assertThat(large.raw.untilClosed()).isEmpty();
        CurvePeer last = connect("all", "PUSH");
        last.raw.send(last.message("last", ""));

        assertThat(subscriber.receive()).containsExactly("once", "x");
        assertThat(subscriber.receive()).containsExactly("last", "");
        assertThat(hub.closed(DisconnectReason.BAD_FRAME)).isEqualTo(2);
        assertThat(hub.closed(DisconnectReason.TOO_LARGE)).isEqualTo(1);
    }

    @Test
    void shouldCarryMessagesOfAllSizesInAnyMix() throws Exception {
        hub = new Fixture(Map.of("queueBytes", 1L << 28, "maxQueuedBytes", 1L << 29), "loops", 2);
        CurvePeer subscriber = subscriber("all", "");
        RawPeer plain = hub.subscriber("all", "");
        int messages = 150;
        CurvePeer publisher = connect("all", "PUSH");
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < messages; i++) {
                    byte[] all = {};
                    List<byte[]> frames = frames(i);
                    for (int j = 0; j < frames.size(); j++) {
                        all = CurvePeer.concat(all, publisher.encrypted(j < frames.size() - 1 ? 1 : 0, frames.get(j)));
                    }
                    publisher.raw.send(all);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        CompletableFuture<Void> plainReceiving = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < messages; i++) {
                    assertSame(plain.rawMessage(), frames(i));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        for (int i = 0; i < messages; i++) {
            assertSame(subscriber.rawMessage(), frames(i));
        }
        sending.join();
        plainReceiving.join();
        Fixture.await(() -> hub.largeMessageBytes() == 0);
    }

    /** The frames of the message with that number, always the same. */
    private static List<byte[]> frames(int number) {
        Random random = new Random(number);
        byte[][] frames = new byte[2 + random.nextInt(number % 50 == 49 ? 1_000 : 4)][];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = new byte[frames.length > 20 ? random.nextInt(2_000) : random.nextInt(1 << random.nextInt(21))];
            random.nextBytes(frames[i]);
        }
        frames[0] = CurvePeer.ascii("mix." + number);
        if (number == 7) {
            frames[1] = new byte[(1 << 24) - 5_000_000];
        }
        return List.of(frames);
    }

    private static void assertSame(List<byte[]> actual, List<byte[]> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(Arrays.equals(actual.get(i), expected.get(i)))
                    .as("frame %d", i)
                    .isTrue();
        }
    }

    @Test
    void shouldKeepNoEncryptedCopiesForStuckSubscribers() throws Exception {
        hub = new Fixture();
        int stuck = 12;
        for (int i = 0; i < stuck; i++) {
            subscriber("all", "big");
        }
        CurvePeer publisher = connect("all", "REQ");
        byte[] payload = new byte[8 << 20];
        publisher.raw.send(CurvePeer.concat(
                publisher.encrypted(1, new byte[0]),
                publisher.encrypted(1, CurvePeer.ascii("big")),
                publisher.encrypted(0, payload)));
        assertThat(publisher.receive()).containsExactly("", "OK");

        CurvePeer reading = subscriber("all", "small");
        publisher.raw.send(publisher.message("", "small", "x"));
        assertThat(reading.receive()).containsExactly("small", "x");
        Runtime.getRuntime().gc();
        long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        assertThat(used).isLessThan(8L * payload.length);
    }
}
