package io.datahub.jetty.connections;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Networks;
import io.datahub.jetty.server.Greeter;
import io.datahub.jetty.server.Http2Wire;
import io.datahub.jetty.server.HttpServer;
import io.datahub.jetty.server.Settings;
import io.datahub.jetty.server.TestUsers;
import io.datahub.jetty.server.Wire;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionsTest {

    private static final String REQUEST =
            "GET /files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer s3cret\r\n\r\n";

    private final List<Socket> sockets = new ArrayList<>();
    private final List<ClientConnection> closed = new ArrayList<>();
    private HttpServer server;

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        if (server != null) {
            server.stop();
        }
    }

    @Test
    void shouldCloseConnectionsWhoseHeadIsTrickled() throws Exception {
        start("requestHeadTimeoutMillis", 300L);
        Socket socket = connect("GET /files HTTP/1.1\r\nHost: localhost\r\nX: ");
        Thread trickle = new Thread(() -> trickle(socket));
        trickle.start();

        trickle.join(10_000);

        assertThat(trickle.isAlive()).isFalse();
        assertThat(Wire.get(server.port(), "/files", "Authorization: Bearer s3cret"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void shouldEvictTheOldestUnauthenticatedAndKeepAuthenticatedConnections() throws Exception {
        start("maxUnauthenticated", 2);
        Socket known = connect(REQUEST);
        assertThat(known.getInputStream().read()).isEqualTo('H');
        Socket oldest = connect("GET /");
        for (int i = 0; i < 8; i++) {
            connect("GET /");
        }

        assertThat(isClosed(oldest)).isTrue();
        known.getOutputStream()
                .write(REQUEST.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(known.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                .contains("HTTP/1.1 200 ");
    }

    @Test
    void shouldKeepUpgradedConnectionsThatAuthenticate() throws Exception {
        start("maxUnauthenticated", 2);
        server.register(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        ((Runnable) request.getAttribute("datahub.http.loggedIn")).run();
                        Content.Sink.write(response, true, "", callback);
                        return true;
                    }
                },
                Greeter.mount("/open", 0, 1, true));
        Socket later =
                connect("GET /open HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        assertThat(later.getInputStream().read()).isEqualTo('H');
        Socket oldest = connect("GET /");
        for (int i = 0; i < 8; i++) {
            connect("GET /");
        }

        assertThat(isClosed(oldest)).isTrue();
        later.getOutputStream()
                .write(REQUEST.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(later.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                .contains("HTTP/1.1 200 ");
    }

    @Test
    void shouldRefuseNewConnectionsWhenAllAreAuthenticated() throws Exception {
        start("maxConnections", 1);
        assertThat(connect(REQUEST).getInputStream().read()).isEqualTo('H');

        assertThat(isClosed(connect("GET /"))).isTrue();
    }

    @Test
    void shouldCloseHttp2SessionsFloodedWithWindowUpdates() throws Exception {
        start();
        try (Http2Wire wire = new Http2Wire(server.port())) {
            wire.preface();
            wire.send(Http2Wire.WINDOW_UPDATE, 50_000, (byte) 0, (byte) 0, (byte) 0, (byte) 1);

            Http2Wire.Frame frame = wire.frame();
            while (frame.type() != Http2Wire.GOAWAY && frame.type() >= 0) {
                frame = wire.frame();
            }
            assertThat(frame.type()).isEqualTo(Http2Wire.GOAWAY);
            assertThat(frame.payload().getInt(4)).isEqualTo(0xb);
        }
    }

    @Test
    void shouldLimitConnectionsPerAddressUnlessExempt() {
        Connections connections = connections(10, 1, 10);
        for (String address : List.of("192.0.2.1", "127.0.0.1", "2001:db8::1")) {
            assertThat(connections.admit(client(connections, address))).isTrue();
        }

        assertThat(connections.admit(client(connections, "192.0.2.1"))).isFalse();
        assertThat(connections.admit(client(connections, "192.0.2.2"))).isTrue();
        assertThat(connections.admit(client(connections, "127.0.0.1"))).isTrue();
        assertThat(connections.admit(client(connections, "2001:db8::2"))).isFalse();
        assertThat(connections.count()).isEqualTo(5);
    }

    @Test
    void shouldCountTheClientsOfAProxy() {
        Connections connections = connections(10, 1, 10);
        ClientConnection first = client(connections, "127.0.0.1");
        ClientConnection second = client(connections, "127.0.0.1");
        ClientConnection direct = client(connections, "192.0.2.1");
        List.of(first, second).forEach(connections::admit);

        assertThat(first.identified(Networks.address("192.0.2.1"))).isTrue();
        assertThat(second.identified(Networks.address("192.0.2.1"))).isFalse();
        assertThat(connections.admit(direct)).isFalse();
        assertThat(second.identified(Networks.address("192.0.2.2"))).isTrue();
        connections.remove(first);
        assertThat(connections.admit(direct)).isTrue();
    }

    @Test
    void shouldLimitTheClientsOfAProxy() throws Exception {
        start("proxies", new String[] {"127.0.0.1"}, "maxConnectionsPerAddress", 1);
        Socket first = connect("PROXY TCP4 203.0.113.7 10.0.0.1 56324 80\r\n" + REQUEST);
        assertThat(first.getInputStream().read()).isEqualTo('H');

        assertThat(isClosed(connect("PROXY TCP4 203.0.113.7 10.0.0.1 56325 80\r\n" + REQUEST)))
                .isTrue();
        assertThat(connect("PROXY TCP4 203.0.113.8 10.0.0.1 56326 80\r\n" + REQUEST)
                        .getInputStream()
                        .read())
                .isEqualTo('H');
    }

    @Test
    void shouldEvictIncompleteHeadsBeforeOlderConnections() {
        Connections connections = connections(10, 10, 3);
        ClientConnection user = client(connections, "192.0.2.1");
        ClientConnection firstHalf = client(connections, "192.0.2.2");
        ClientConnection secondHalf = client(connections, "192.0.2.3");
        List.of(user, firstHalf, secondHalf).forEach(connections::admit);
        for (ClientConnection half : List.of(secondHalf, firstHalf)) {
            half.received();
            half.awaitingData();
        }

        connections.admit(client(connections, "192.0.2.4"));
        assertThat(closed).containsExactly(secondHalf);
        connections.admit(client(connections, "192.0.2.5"));
        assertThat(closed).containsExactly(secondHalf, firstHalf);
        connections.admit(client(connections, "192.0.2.6"));
        assertThat(closed).containsExactly(secondHalf, firstHalf, user);
    }

    @Test
    void shouldEvictIdleConnectionsBeforeOlderOnesWithARequestInFlight() {
        Connections connections = connections(10, 10, 2);
        ClientConnection streaming = client(connections, "192.0.2.1");
        ClientConnection idle = client(connections, "192.0.2.2");
        connections.admit(streaming);
        connections.admit(idle);
        streaming.requestStarted(false);

        assertThat(connections.admit(client(connections, "192.0.2.3"))).isTrue();

        assertThat(closed).containsExactly(idle);
        assertThat(connections.count()).isEqualTo(2);
    }

    @Test
    void shouldEvictTheOldestWithARequestInFlightIfNoneIsIdle() {
        Connections connections = connections(10, 10, 2);
        List<ClientConnection> busy = List.of(client(connections, "192.0.2.1"), client(connections, "192.0.2.2"));
        for (ClientConnection client : busy) {
            connections.admit(client);
            client.requestStarted(false);
        }

        assertThat(connections.admit(client(connections, "192.0.2.3"))).isTrue();

        assertThat(closed).containsExactly(busy.get(0));
    }

    @Test
    void shouldKeepConnectionsThatAuthenticateWithTheirFirstRequest() {
        Connections connections = connections(2, 10, 2);
        List<ClientConnection> uploading = List.of(client(connections, "192.0.2.1"), client(connections, "192.0.2.2"));
        for (ClientConnection client : uploading) {
            connections.admit(client);
            client.requestStarted(false);
            client.authenticated();
        }

        assertThat(connections.admit(client(connections, "192.0.2.3"))).isFalse();
        connections.remove(uploading.get(0));
        assertThat(connections.admit(client(connections, "192.0.2.3"))).isTrue();

        assertThat(closed).isEmpty();
    }

    @Test
    void shouldCloseOnlyConnectionsWhoseHeadTimedOut() {
        Connections connections = new Connections(new Connections.Limits(10, 10, 10, 0), address -> false);
        ClientConnection silent = client(connections, "192.0.2.1");
        ClientConnection late = client(connections, "192.0.2.2");
        ClientConnection complete = client(connections, "192.0.2.3");
        List.of(silent, late, complete).forEach(connections::admit);
        for (ClientConnection client : List.of(late, complete)) {
            client.received();
            client.awaitingData();
        }
        complete.requestStarted(false);

        long pause = connections.closeTimedOut();

        assertThat(closed).containsExactly(late);
        assertThat(pause).isEqualTo(TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void shouldScheduleTheNextCheckForTheNextTimeout() {
        Connections connections =
                new Connections(new Connections.Limits(10, 10, 10, TimeUnit.MILLISECONDS.toNanos(300)), any -> false);
        ClientConnection incomplete = client(connections, "192.0.2.1");
        connections.admit(incomplete);
        incomplete.received();
        incomplete.awaitingData();

        assertThat(connections.closeTimedOut()).isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
        incomplete.requestStarted(false);
        assertThat(connections.closeTimedOut()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
    }

    private static Connections connections(int total, int perAddress, int unauthenticated) {
        return new Connections(
                new Connections.Limits(total, perAddress, unauthenticated, 1), InetAddress::isLoopbackAddress);
    }

    private ClientConnection client(Connections connections, String address) {
        ClientConnection[] self = new ClientConnection[1];
        self[0] = new ClientConnection(Networks.address(address), false, connections, () -> closed.add(self[0]));
        return self[0];
    }

    @Test
    void shouldReserveDescriptorsForOtherTransports() {
        assertThat(Connections.Limits.of(Settings.with(), 1_400).total()).isEqualTo(400);
        assertThat(Connections.Limits.of(Settings.with(), 1_400).unauthenticated())
                .isEqualTo(200);
        assertThat(Connections.Limits.of(Settings.with(), 1_000_000).total()).isEqualTo(20_000);
    }

    private void start(Object... settings) throws Exception {
        server = Greeter.serve(new TestUsers().add("jenkins", "s3cret").current(), settings);
    }

    private Socket connect(String text) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        sockets.add(socket);
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static boolean isClosed(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static void trickle(Socket socket) {
        try {
            OutputStream out = socket.getOutputStream();
            socket.setSoTimeout(50);
            while (!isClosed(socket)) {
                out.write('x');
            }
        } catch (IOException cut) {
            assertThat(cut).isNotInstanceOf(java.net.SocketTimeoutException.class);
        }
    }
}
