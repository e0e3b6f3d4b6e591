package io.datahub.zeromq.curve;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.zeromq.Fixture;
import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.Metadata;
import io.datahub.zeromq.zmtp.ProtocolException;
import io.datahub.zeromq.zmtp.RawPeer;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CurveHandshakeTest {

    private final Fixture hub = new Fixture();
    private final Map<DisconnectReason, Integer> refused = new EnumMap<>(DisconnectReason.class);

    @AfterEach
    void stop() {
        hub.close();
    }

    private CurvePeer peer() throws IOException {
        return new CurvePeer(hub.connect(), "ci").exchangeGreetings(0);
    }

    /** A peer that has received WELCOME. */
    private CurvePeer welcomed() throws IOException {
        CurvePeer peer = peer();
        peer.raw.send(RawPeer.command("HELLO", peer.hello()));
        peer.readWelcome();
        return peer;
    }

    private void assertRefused(CurvePeer peer, DisconnectReason reason) throws IOException {
        int all = refused.merge(reason, 1, Integer::sum);
        assertThat(peer.raw.untilClosed()).isEmpty();
        Fixture.await(() -> hub.closed(reason) == all);
        assertThat(hub.broker.sessions()).isEmpty();
    }

    @Test
    void shouldAuthenticateTheUserByItsKeyAndReportAConfidentialOrigin() throws IOException, ProtocolException {
        CurvePeer peer = welcomed();
        peer.raw.send(RawPeer.command("INITIATE", peer.initiate()));

        assertThat(peer.readReady().properties()).containsEntry("socket-type", "ROUTER");
        Fixture.await(() -> hub.broker.sessions().size() == 1);
        var login = hub.broker.sessions().get(0).login();
        assertThat(login.user().name()).isEqualTo("ci");
        assertThat(login.origin().confidential()).isTrue();
    }

    @Test
    void shouldNotReportUnencryptedConnectionsAsConfidential() throws IOException {
        hub.connect("ci", "DEALER");

        assertThat(hub.broker.sessions().get(0).login().origin().confidential()).isFalse();
    }

    @Test
    void shouldRefuseUnknownKeysWithADelayAndWithoutAReply() throws IOException {
        CurvePeer peer = welcomed();
        peer.keys = CurveKeyPair.random();
        peer.vouchingSecret = peer.keys.secretKey();
        long start = System.nanoTime();
        peer.raw.send(RawPeer.command("INITIATE", peer.initiate()));

        assertRefused(peer, DisconnectReason.UNAUTHENTICATED);
        assertThat(System.nanoTime() - start).isGreaterThan(290_000_000);
    }

    @Test
    void shouldRefuseAPeerThatHasAnotherKeyForTheHub() throws IOException {
        CurvePeer peer = peer();
        peer.hub = CurveKeyPair.random().publicKey();
        peer.raw.send(RawPeer.command("HELLO", peer.hello()));

        assertRefused(peer, DisconnectReason.UNAUTHENTICATED);
    }

    @Test
    void shouldRefuseAShortTermKeyOfSmallOrder() throws IOException {
        CurvePeer peer = peer();
        byte[] hello = peer.hello();
        Arrays.fill(hello, 74, 106, (byte) 0);
        peer.raw.send(RawPeer.command("HELLO", hello));

        assertRefused(peer, DisconnectReason.UNAUTHENTICATED);
    }

    @Test
    void shouldAcceptOnlyOneHello() throws IOException {
        CurvePeer peer = peer();
        byte[] hello = RawPeer.command("HELLO", peer.hello());
        peer.raw.send(hello);
        peer.readWelcome();
        peer.raw.send(hello);

        assertRefused(peer, DisconnectReason.BAD_HANDSHAKE);
    }

    @Test
    void shouldAcceptNothingBeforeHello() throws IOException {
        CurvePeer other = welcomed();
        for (byte[] first : List.of(
                RawPeer.command("INITIATE", other.initiate()),
                RawPeer.hello("ci", "ci-token"),
                RawPeer.metadata("READY", "DEALER"),
                RawPeer.message("build.1", "x"))) {
            CurvePeer peer = peer();
            peer.raw.send(first);
            assertRefused(peer, DisconnectReason.BAD_HANDSHAKE);
        }
    }

    @Test
    void shouldRefuseTheCookieOfAnotherConnectionAndAModifiedOne() throws IOException {
        CurvePeer other = welcomed();
        CurvePeer peer = welcomed();
        peer.cookie = other.cookie;
        peer.raw.send(RawPeer.command("INITIATE", peer.initiate()));
        assertRefused(peer, DisconnectReason.UNAUTHENTICATED);

        peer = welcomed();
        peer.cookie[50] ^= 1;
        peer.raw.send(RawPeer.command("INITIATE", peer.initiate()));
        assertRefused(peer, DisconnectReason.UNAUTHENTICATED);
    }

    @Test
    void shouldRefuseAReplayedHandshake() throws IOException, ProtocolException {
        CurvePeer recorded = peer();
        byte[] hello = RawPeer.command("HELLO", recorded.hello());
        recorded.raw.send(hello);
        recorded.readWelcome();
        byte[] initiate = RawPeer.command("INITIATE", recorded.initiate());
        recorded.raw.send(initiate);
        recorded.readReady();
        recorded.raw.close();
        Fixture.await(() -> hub.broker.sessions().isEmpty());

        CurvePeer replay = peer();
        replay.raw.send(hello);
        replay.raw.rawMessage();
        replay.raw.send(initiate);

        assertRefused(replay, DisconnectReason.UNAUTHENTICATED);
    }

    @Test
    void shouldRefuseAPeerThatCannotVouchForItsKey() throws IOException {
        List<Consumer<CurvePeer>> frauds = List.of(
                peer -> peer.vouchingSecret = CurveKeyPair.random().secretKey(),
                peer -> peer.vouchedFor = CurveKeyPair.random().publicKey(),
                peer -> peer.vouchedHub = CurveKeyPair.random().publicKey());
        for (Consumer<CurvePeer> fraud : frauds) {
            CurvePeer peer = welcomed();
            fraud.accept(peer);
            peer.raw.send(RawPeer.command("INITIATE", peer.initiate()));
            assertRefused(peer, DisconnectReason.UNAUTHENTICATED);
        }
    }

    @Test
    void shouldRefuseARepeatedNonce() throws IOException {
        CurvePeer peer = welcomed();
        peer.nonce = 0;
        peer.raw.send(RawPeer.command("INITIATE", peer.initiate()));

        assertRefused(peer, DisconnectReason.BAD_HANDSHAKE);
    }

    @Test
    void shouldRefuseTruncatedAndTooLongCommands() throws IOException {
        CurvePeer any = peer();
        byte[] hello = any.hello();
        for (int length : new int[] {0, 1, 74, 106, 114, hello.length - 1, hello.length + 1, 9_000}) {
            CurvePeer peer = peer();
            peer.raw.send(RawPeer.command("HELLO", Arrays.copyOf(hello, length)));
            assertRefused(peer, DisconnectReason.BAD_HANDSHAKE);
        }
        for (int length : new int[] {0, 15, 96, 104, 200, 247, 9_000}) {
            CurvePeer peer = welcomed();
            peer.raw.send(RawPeer.command("INITIATE", Arrays.copyOf(peer.initiate(), length)));
            assertRefused(peer, DisconnectReason.BAD_HANDSHAKE);
        }
        CurvePeer peer = welcomed();
        byte[] initiate = peer.initiate();
        peer.raw.send(RawPeer.command("INITIATE", Arrays.copyOf(initiate, initiate.length - 1)));
        assertRefused(peer, DisconnectReason.UNAUTHENTICATED);
    }

    @Test
    void shouldRefuseAnotherVersionOfCurve() throws IOException {
        CurvePeer peer = peer();
        byte[] hello = peer.hello();
        hello[0] = 2;
        peer.raw.send(RawPeer.command("HELLO", hello));

        assertRefused(peer, DisconnectReason.BAD_HANDSHAKE);
    }

    @Test
    void shouldValidateTheEncryptedMetadata() throws IOException {
        CurvePeer malformed = welcomed();
        malformed.metadata = new byte[] {11, 'S'};
        malformed.raw.send(RawPeer.command("INITIATE", malformed.initiate()));
        assertRefused(malformed, DisconnectReason.BAD_HANDSHAKE);

        CurvePeer puller = welcomed();
        puller.metadata = Metadata.of(Metadata.SOCKET_TYPE, "PULL").bytes();
        puller.raw.send(RawPeer.command("INITIATE", puller.initiate()));
        assertRefused(puller, DisconnectReason.BAD_SOCKET_TYPE);
    }

    @Test
    void shouldReadAHandshakeAndAMessageByteByByte() throws IOException, ProtocolException {
        CurvePeer peer = new CurvePeer(hub.connect(), "ci");
        trickle(peer, RawPeer.greeting(3, 1, "CURVE"));
        peer.raw.receive(64);
        trickle(peer, RawPeer.command("HELLO", peer.hello()));
        peer.readWelcome();
        trickle(peer, CurvePeer.concat(RawPeer.command("INITIATE", peer.initiate()), peer.message("", "build.1", "x")));
        peer.readReady();

        assertThat(peer.receive()).containsExactly("", "OK");
    }

    private static void trickle(CurvePeer peer, byte[] bytes) throws IOException {
        for (byte b : bytes) {
            peer.raw.send(new byte[] {b});
        }
    }

    @Test
    void shouldServeCurvePlainAndNullOnOnePort() throws IOException, ProtocolException {
        hub.users.with("anonymous", "build.", "build.");
        RawPeer plain = hub.subscriber("ci", "build.");
        RawPeer anonymous = hub.connect();
        anonymous.send(RawPeer.greeting(3, 0, "NULL"));
        anonymous.receive(64);
        anonymous.send(RawPeer.metadata("READY", "SUB"));
        anonymous.frame();
        anonymous.subscribe("build.");
        CurvePeer curve = new CurvePeer(hub.connect(), "ci").logIn("SUB", 0);
        curve.raw.send(curve.message("\u0001build."));
        Fixture.await(() -> hub.subscriptions() == 3);

        CurvePeer publisher = new CurvePeer(hub.connect(), "ci").logIn("PUSH", 0);
        publisher.raw.send(publisher.message("build.1", "secret", "", "more"));

        assertThat(plain.message()).containsExactly("build.1", "secret", "", "more");
        assertThat(anonymous.message()).containsExactly("build.1", "secret", "", "more");
        assertThat(curve.receive()).containsExactly("build.1", "secret", "", "more");
    }
}
