package io.datahub.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.zeromq.curve.CurveKeyPair;
import io.datahub.zeromq.zmtp.DisconnectReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMsg;

/**
 * Tests against an independent implementation. JeroMQ 0.6.0 sometimes connects without ever sending a greeting (its
 * pull request 1022), until its handshake timeout makes it reconnect: here after half a second.
 */
@Timeout(60)
class JeroMqTest {

    private final Fixture hub = new Fixture();
    /** Whether the sockets authenticate by CURVE. */
    private boolean curve;

    private final List<ZContext> contexts = new ArrayList<>();

    @AfterEach
    void stop() {
        closeSockets();
        hub.close();
    }

    private void closeSockets() {
        contexts.forEach(ZContext::close);
        contexts.clear();
    }

    /** A socket that isn't connected yet. */
    private ZMQ.Socket socket(SocketType type, String user) {
        ZContext context = new ZContext();
        contexts.add(context);
        ZMQ.Socket socket = context.createSocket(type);
        socket.setLinger(0);
        socket.setHandshakeIvl(500);
        socket.setReceiveTimeOut(20_000);
        socket.setSendTimeOut(20_000);
        if (curve) {
            CurveKeyPair keys = TestUsers.keys(user);
            socket.setCurvePublicKey(keys.publicKey());
            socket.setCurveSecretKey(keys.secretKey());
            socket.setCurveServerKey(hub.zeromq.context().keys().publicKey());
        } else if (!user.equals("anonymous")) {
            socket.setPlainUsername(user);
            socket.setPlainPassword(user + "-token");
        }
        return socket;
    }

    private ZMQ.Socket connected(ZMQ.Socket socket) {
        int before = hub.broker.sessions().size();
        assertThat(socket.connect("tcp://127.0.0.1:" + hub.port())).isTrue();
        Fixture.await(() -> hub.broker.sessions().size() > before);
        return socket;
    }

    private ZMQ.Socket connected(SocketType type) {
        return connected(socket(type, "ci"));
    }

    private static List<String> receive(ZMQ.Socket socket) {
        List<String> frames = new ArrayList<>();
        ZMsg message = ZMsg.recvMsg(socket);
        assertThat(message).isNotNull();
        message.forEach(frame -> frames.add(frame.getString(ZMQ.CHARSET)));
        return frames;
    }

    private static void send(ZMQ.Socket socket, String... frames) {
        ZMsg message = new ZMsg();
        for (String frame : frames) {
            message.add(frame);
        }
        assertThat(message.send(socket)).isTrue();
    }

    private ZMQ.Socket subscriber(SocketType type) {
        int before = hub.subscriptions();
        ZMQ.Socket socket = socket(type, "ci");
        if (type == SocketType.SUB) {
            socket.subscribe("build.");
        } else {
            socket.send("\u0001build.");
        }
        connected(socket);
        awaitSubscriptions(socket, before + 1);
        return socket;
    }

    /** Polls the socket, since after a reconnect it subscribes again only on its user's thread. */
    private void awaitSubscriptions(ZMQ.Socket socket, int count) {
        Fixture.await(() -> socket.getEvents() >= 0 && hub.subscriptions() >= count);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldServePublishersAndSubscribersOfEachType(boolean byCurve) {
        curve = byCurve;
        for (SocketType subscribing : List.of(SocketType.SUB, SocketType.XSUB)) {
            for (SocketType publishing : List.of(SocketType.PUB, SocketType.XPUB, SocketType.PUSH)) {
                ZMQ.Socket subscriber = subscriber(subscribing);
                ZMQ.Socket publisher = connected(publishing);
                awaitPublisher(publisher, subscriber);
                String large = "x".repeat(300_000);
                send(publisher, "build.1", "payload", "more");
                send(publisher, "build.2", large);

                assertThat(receive(subscriber)).containsExactly("build.1", "payload", "more");
                assertThat(receive(subscriber)).containsExactly("build.2", large);
                closeSockets();
                Fixture.await(() -> hub.broker.sessions().isEmpty());
            }
        }
    }

    /** A PUB socket drops messages until it has received the hub's subscription. */
    private static void awaitPublisher(ZMQ.Socket publisher, ZMQ.Socket subscriber) {
        if (publisher.getSocketType() == SocketType.XPUB) {
            assertThat(receive(publisher)).containsExactly("\u0001build.");
        } else if (publisher.getSocketType() == SocketType.PUB) {
            subscriber.setReceiveTimeOut(100);
            do {
                send(publisher, "build.probe");
            } while (subscriber.recv() == null);
            while (subscriber.recv() != null) {
                // discard the remaining probes
            }
            subscriber.setReceiveTimeOut(20_000);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldReplyToReqAndDealer(boolean byCurve) {
        curve = byCurve;
        ZMQ.Socket subscriber = subscriber(SocketType.SUB);
        ZMQ.Socket req = connected(SocketType.REQ);
        send(req, "build.1", "x");
        assertThat(receive(req)).containsExactly("OK");
        send(req, "secret", "x");
        assertThat(receive(req)).startsWith("ERR", "403").hasSize(3);
        ZMQ.Socket dealer = connected(SocketType.DEALER);
        send(dealer, "", "build.2", "y");
        send(dealer, "", "build.3", "z");
        assertThat(receive(dealer)).containsExactly("", "OK");
        assertThat(receive(dealer)).containsExactly("", "OK");

        assertThat(receive(subscriber)).containsExactly("build.1", "x");
        assertThat(receive(subscriber)).containsExactly("build.2", "y");
        assertThat(receive(subscriber)).containsExactly("build.3", "z");
    }

    @Test
    void shouldServeAnonymousByNull() {
        hub.users.with("anonymous", "public.", "public.");
        ZMQ.Socket subscriber = socket(SocketType.SUB, "anonymous");
        subscriber.subscribe("");
        connected(subscriber);
        awaitSubscriptions(subscriber, 1);
        ZMQ.Socket req = connected(socket(SocketType.REQ, "anonymous"));
        send(req, "public.1", "x");

        assertThat(receive(req)).containsExactly("OK");
        assertThat(receive(subscriber)).containsExactly("public.1", "x");
    }

    @Test
    void shouldAuthenticateAReconnectingClientOnceItsUserIsAdded() {
        ZMQ.Socket req = socket(SocketType.REQ, "late");
        assertThat(req.connect("tcp://127.0.0.1:" + hub.port())).isTrue();
        Fixture.await(() -> hub.closed(DisconnectReason.UNAUTHENTICATED) > 0);

        hub.users.with("late", "late.", "late.");
        Fixture.await(() -> !hub.broker.sessions().isEmpty());
        send(req, "late.1", "x");

        assertThat(receive(req)).containsExactly("OK");
    }
}
