package io.datahub.http;

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
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/** A real HTTP server with one handler; every request is authenticated as the same user. */
public final class TestServer implements AutoCloseable {

    public static final User ADMIN = new User("ops", Set.of(User.ADMIN), List.of());

    public final HttpClient client = HttpClient.newHttpClient();
    private final Server server = new Server();
    private final ServerConnector connector;
    private volatile User user = ADMIN;

    public TestServer(Handler handler) throws Exception {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setUriCompliance(UriCompliance.UNSAFE);
        connector = new ServerConnector(server, new HttpConnectionFactory(configuration));
        connector.setHost("127.0.0.1");
        connector.setIdleTimeout(2_000);
        server.addConnector(connector);
        server.setHandler(new Handler.Wrapper(handler) {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                User current = user;
                if (current != null) {
                    Origin origin = new Origin("http", InetAddress.getLoopbackAddress(), false);
                    Login login = new Login(current, "t", Optional.of("agent"), Optional.empty(), origin);
                    request.setAttribute(Login.class.getName(), login);
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

    public int port() {
        return connector.getLocalPort();
    }

    public HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path));
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
