package io.datahub.cli.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.cli.core.Failure;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConnectionsTest {

    private final List<String> received = Collections.synchronizedList(new ArrayList<>());
    private ServerSocket server;
    private Connections connections;

    @BeforeEach
    void setUp() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        connections =
                new Connections(Origin.of("http://127.0.0.1:" + server.getLocalPort()), new Trust(Optional.empty()));
    }

    @AfterEach
    void tearDown() throws IOException {
        server.close();
    }

    /** Serves connections one after another: each of the answers after the head of a request. */
    private void serve(List<String> answersOfOneConnection) {
        Thread thread = new Thread(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    InputStream in = socket.getInputStream();
                    for (String answer : answersOfOneConnection) {
                        received.add(head(in));
                        socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                    }
                } catch (IOException e) {
                    received.add(e.toString());
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static String head(InputStream in) throws IOException {
        Lines lines = new Lines(in);
        StringBuilder head = new StringBuilder();
        for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
            head.append(line).append('\n');
        }
        return head.toString();
    }

    private String get() throws IOException {
        try (Response response = connections.send(new Request("GET", "/x"), Optional.of("t"))) {
            return response.text();
        }
    }

    @Test
    void shouldReadBodiesAndKeepTheConnection() throws IOException {
        serve(List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\ntw\r\n1\r\no\r\n0\r\nTrailer: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\nto the end"));

        assertThat(get()).isEqualTo("one");
        assertThat(get()).isEqualTo("two");
        assertThat(get()).isEqualTo("to the end");
        assertThat(received).hasSize(3).allMatch(head -> head.startsWith("GET /x HTTP/1.1\n"));
        assertThat(received).allMatch(head -> head.contains("Authorization: Bearer t\n"));
    }

    @Test
    void shouldConnectAgainWhenTheHubHasClosedAnIdleConnection() throws IOException {
        serve(List.of("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"));

        assertThat(get()).isEqualTo("one");
        assertThat(get()).isEqualTo("one");
    }

    @Test
    void shouldNotRepeatByItselfWhatIsNotIdempotent() throws IOException {
        serve(List.of("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"));
        assertThat(get()).isEqualTo("one");

        assertThatThrownBy(() -> connections.send(new Request("POST", "/events/x"), Optional.empty()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void shouldFailWhenABodyIsCut() {
        serve(List.of("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\none"));

        assertThatThrownBy(this::get).isInstanceOf(EOFException.class);
    }

    @Test
    void shouldReportARefusalInsteadOfSendingTheBody() throws IOException {
        serve(List.of("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"));
        Request request = new Request("PUT", "/files/x").body(Body.of(new ByteArrayInputStream(new byte[3_000_000])));

        try (Response response = connections.send(request, Optional.empty())) {
            assertThat(response.status()).isEqualTo(403);
            assertThat(response.text()).isEqualTo("no");
        }
        assertThat(received).first().asString().contains("Expect: 100-continue", "Transfer-Encoding: chunked");
    }

    @Test
    void shouldGoOnWithTheBodyWhenConsentComesWhileItIsSent() throws IOException {
        serve(List.of(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n",
                "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"));
        // The end of its only chunk is what the server takes for a second head.
        Request request = new Request("PUT", "/files/x")
                .body(Body.of(new ByteArrayInputStream("body\r\n".getBytes(StandardCharsets.US_ASCII))));

        try (Response response = connections.send(request, Optional.empty())) {
            assertThat(response.status()).isEqualTo(201);
        }
        assertThat(received.get(1)).contains("body");
    }

    @Test
    void shouldRefuseWhatIsNoHttp() {
        serve(List.of("SSH-2.0-x\r\n"));

        assertThatThrownBy(this::get).hasMessageContaining("isn't HTTP");
    }

    @Test
    void shouldParseOrigins() {
        assertThat(Origin.of("https://hub.example/base/")).hasToString("https://hub.example/base");
        assertThat(Origin.of("http://[::1]:8480")).hasToString("http://[::1]:8480");
        assertThatThrownBy(() -> Origin.of("http://user:token@hub.example")).isInstanceOf(Failure.class);
        assertThatThrownBy(() -> Origin.of("hub.example")).isInstanceOf(Failure.class);
    }
}
