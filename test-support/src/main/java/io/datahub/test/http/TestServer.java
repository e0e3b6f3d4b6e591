package io.datahub.test.http;

import io.datahub.api.Refusal;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/**
 * A real HTTP server with one handler; every request is authenticated as the same user. For the tests of bundles that have
 * Jetty.
 */
public final class TestServer implements AutoCloseable {

    public static final User ADMIN = new User("ops", Set.of(User.ADMIN), List.of());

    /** As the hub's server, which passes on paths in raw form. */
    private static final UriCompliance RAW_PATHS = UriCompliance.RFC3986.with(
            "DATAHUB",
            Violation.AMBIGUOUS_PATH_SEGMENT,
            Violation.AMBIGUOUS_EMPTY_SEGMENT,
            Violation.AMBIGUOUS_PATH_SEPARATOR,
            Violation.AMBIGUOUS_PATH_PARAMETER,
            Violation.AMBIGUOUS_PATH_ENCODING,
            Violation.BAD_PERCENT_ENCODING,
            Violation.BAD_UTF8_ENCODING,
            Violation.TRUNCATED_UTF8_ENCODING,
            Violation.SUSPICIOUS_PATH_CHARACTERS,
            Violation.ILLEGAL_PATH_CHARACTERS);

    public final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, String> defaultHeaders = new LinkedHashMap<>();
    private final Server server = new Server();
    private final ServerConnector connector;
    private volatile User user;
    private volatile Optional<Login> login = Optional.empty();

    public TestServer(Handler handler) throws Exception {
        this(handler, ADMIN);
    }

    /** @param user the user of all requests; null for unauthenticated ones */
    public TestServer(Handler handler, User user) throws Exception {
        this.user = user;
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setUriCompliance(RAW_PATHS);
        connector = new ServerConnector(server, new HttpConnectionFactory(configuration));
        connector.setHost("127.0.0.1");
        connector.setIdleTimeout(2_000);
        server.addConnector(connector);
        server.setHandler(new Handler.Wrapper(handler) {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                User current = TestServer.this.user;
                if (current != null) {
                    Origin origin = new Origin("http", InetAddress.getLoopbackAddress(), false);
                    Login simple = new Login(current, "t", Optional.of("agent"), Optional.empty(), origin);
                    request.setAttribute(Login.class.getName(), login.orElse(simple));
                }
                return super.handle(request, response, callback);
            }
        });
        server.setErrorHandler((request, response, callback) -> {
            Refusal refusal = (Refusal) request.getAttribute(Refusal.class.getName());
            Content.Sink.write(response, true, refusal == null ? "failed" : refusal.detail(), callback);
            return true;
        });
        server.start();
    }

    /** Sets the user of subsequent requests; null for unauthenticated requests. */
    public void setUser(User user) {
        this.user = user;
    }

    /** Sets the login of subsequent requests, with its credential; {@link #setUser} has no effect any more. */
    public void setLogin(Login current) {
        login = Optional.of(current);
    }

    /** Adds a header to subsequent requests that have none of this name. */
    public TestServer withHeader(String name, String value) {
        defaultHeaders.put(name, value);
        return this;
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    public int port() {
        return connector.getLocalPort();
    }

    public HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        List<String> names = IntStream.range(0, headers.length / 2)
                .mapToObj(i -> headers[2 * i])
                .toList();
        defaultHeaders.forEach((name, value) -> {
            if (names.stream().noneMatch(name::equalsIgnoreCase)) {
                request.header(name, value);
            }
        });
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request;
    }

    public HttpResponse<String> get(String path, String... headers) throws Exception {
        return client.send(request(path, headers).build(), BodyHandlers.ofString());
    }

    public HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        return client.send(
                request(path, headers)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    /** Sends these characters as bytes and reads until the server closes. */
    public String wire(String text) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** Sends these characters as bytes and reads the first line of the response. */
    public String statusLine(String text) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return readTo(socket.getInputStream(), "\r\n");
        }
    }

    /** Sends these characters as bytes and closes the connection. */
    public void sendAndClose(String text) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    public Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(30_000);
        return socket;
    }

    /** Reads up to and including this text. */
    public static String readTo(InputStream in, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended after: " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IOException("the server doesn't stop", e);
        }
    }
}
