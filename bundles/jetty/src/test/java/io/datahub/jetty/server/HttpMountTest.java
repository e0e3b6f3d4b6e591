package io.datahub.jetty.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.jetty.handlers.DeclaredHandler;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Handlers of other bundles: what their service properties make the server check, and conflicts between them. */
class HttpMountTest {

    private final HttpClient client = HttpClient.newHttpClient();
    private final TestUsers users = new TestUsers()
            .add("plain", "plain")
            .add(new User("admin", Set.of("admin"), List.of()), "admin")
            .add(new User("monitor", Set.of("monitor"), List.of()), "monitor")
            .add(
                    new User(
                            "ci",
                            Set.of(),
                            List.of(
                                    new Grant(Action.PUBLISH, "build.", ""),
                                    new Grant(Action.SUBSCRIBE, "build.", ""),
                                    new Grant(Action.READ, "builds/", ""),
                                    new Grant(Action.CREATE, "builds/ci/", ""),
                                    new Grant(Action.WRITE, "reports/ci.txt", ""))),
                    "ci");
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        server = Greeter.serve(users.current());
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    /** Service properties, each name without its prefix and followed by the value. */
    private static Map<String, Object> properties(Object... namesAndValues) {
        Map<String, Object> properties = new HashMap<>(Map.of("datahub.http.path", "/hooks"));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String name = namesAndValues[i].toString();
            properties.put(name.contains(".") ? name : "datahub.http." + name, namesAndValues[i + 1]);
        }
        return properties;
    }

    private HttpResponse<String> send(String method, String path, String token, String body) throws Exception {
        return send(method, path, token, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    }

    private HttpResponse<String> send(String method, String path, String token, HttpRequest.BodyPublisher body)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .method(method, body);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private int status(String method, String path, String token) throws Exception {
        return send(method, path, token, (String) null).statusCode();
    }

    /** Answers with the number of bytes of the body. */
    private static final class Counter extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            Content.Source.asByteBuffer(
                    request,
                    Promise.from(
                            body -> Content.Sink.write(response, true, "bytes " + body.remaining(), callback),
                            callback::failed));
            return true;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "open, -, 200",
        "open, plain, 200",
        "open, wrong, 401",
        "handler, -, 200",
        "handler, wrong, 200",
        "user, -, 401",
        "user, plain, 200",
        "monitor, -, 401",
        "monitor, plain, 403",
        "monitor, monitor, 200",
        "monitor, admin, 200",
        "admin, monitor, 403",
        "admin, admin, 200",
        "publish:build., plain, 403",
        "publish:build., ci, 200",
        "publish:build.x, ci, 200",
        "publish:b, ci, 403",
        "publish:build., -, 401",
        "publish:file.x, ci, 403",
        "subscribe:build., ci, 200",
        "subscribe:, ci, 403",
        "read:builds/, ci, 200",
        "read:builds/1/, ci, 200",
        "read:builds/a, ci, 200",
        "read:, ci, 403",
        "read:, admin, 200",
        "read:b/, ci, 403",
        "create:builds/, ci, 403",
        "create:builds/ci/, ci, 200",
        "write:builds/ci/, ci, 403",
        "write:reports/ci.txt, ci, 200",
        "create:reports/ci.txt, ci, 200",
        "write:reports/, ci, 403"
    })
    void shouldCheckTheAccessBeforeTheHandler(String access, String token, int expected) throws Exception {
        server.register(new Greeter("hook"), properties("access", access));

        HttpResponse<String> response = send("POST", "/hooks/a", token.equals("-") ? null : token, "x");

        assertThat(response.statusCode()).isEqualTo(expected);
        assertThat(response.headers().firstValue("Content-Type").orElse(""))
                .isEqualTo(expected == 200 ? "" : "application/problem+json");
        assertThat(response.body()).contains(expected == 403 ? "this needs the" : expected == 200 ? "hook" : "status");
        assertThat(response.headers().firstValue("WWW-Authenticate").isPresent())
                .isEqualTo(expected == 401);
    }

    @Test
    void shouldNotOfferARefusedRequestToAHandlerAbove() throws Exception {
        server.register(new Greeter("all"), properties("path", "/", "access", "open"));
        server.register(new Greeter("hook"), properties("access", "admin"));

        assertThat(status("GET", "/hooks/a", "plain")).isEqualTo(403);
        assertThat(status("GET", "/hooks", null)).isEqualTo(401);
        assertThat(status("GET", "/hook", null)).isEqualTo(200);
    }

    @Test
    void shouldDispatchOnlyTheListedMethods() throws Exception {
        server.register(new Greeter("hook"), properties("methods", new String[] {"GET", "POST"}));

        assertThat(status("GET", "/hooks", "plain")).isEqualTo(200);
        assertThat(status("HEAD", "/hooks", "plain")).isEqualTo(200);
        assertThat(status("POST", "/hooks", "plain")).isEqualTo(200);
        HttpResponse<String> refused = send("DELETE", "/hooks", "plain", (String) null);
        assertThat(refused.statusCode()).isEqualTo(405);
        assertThat(refused.headers().firstValue("Allow")).contains("GET, HEAD, POST, OPTIONS");
        assertThat(status("OPTIONS", "/hooks", "plain")).isEqualTo(204);
        assertThat(status("DELETE", "/hooks", null)).isEqualTo(401);
    }

    @Test
    void shouldDispatchNothingBelowAnExactPath() throws Exception {
        server.register(new Greeter("one"), properties("exact", true));
        assertThat(send("GET", "/hooks", "plain", (String) null).body()).startsWith("one");
        assertThat(status("GET", "/hooks/a", "plain")).isEqualTo(404);

        server.register(new Greeter("tree"), properties("service.id", 5L));
        assertThat(send("GET", "/hooks", "plain", (String) null).body()).startsWith("one");
        assertThat(send("GET", "/hooks/a", "plain", (String) null).body()).startsWith("tree");
        assertThat(server.check().degraded()).isFalse();
    }

    @Test
    void shouldRefuseABodyThatIsTooLargeWhetherItsLengthIsKnownOrNot() throws Exception {
        server.register(new Counter(), properties("maxBodyBytes", 1_000L));

        assertThat(send("POST", "/hooks", "plain", "x".repeat(1_000)).body()).isEqualTo("bytes 1000");
        HttpResponse<String> refused = send("POST", "/hooks", "plain", "x".repeat(1_001));
        assertThat(refused.statusCode()).isEqualTo(413);
        assertThat(refused.body()).contains("larger than the 1000 bytes");
        HttpResponse<String> chunked = send(
                "POST", "/hooks", "plain", BodyPublishers.fromPublisher(BodyPublishers.ofString("x".repeat(100_000))));
        assertThat(chunked.statusCode()).isEqualTo(413);
        assertThat(chunked.body()).contains("larger than the 1000 bytes");
        HttpResponse<String> small = send(
                "POST", "/hooks", "plain", BodyPublishers.fromPublisher(BodyPublishers.ofString("x".repeat(1_000))));
        assertThat(small.body()).isEqualTo("bytes 1000");
    }

    @Test
    void shouldGiveAPathToTheHighestRankingAndReportTheOther() throws Exception {
        Greeter first = new Greeter("first");
        Greeter second = new Greeter("second");
        server.register(first, properties("service.ranking", 1, "service.id", 3L));
        server.register(
                second, properties("service.ranking", 2, "service.id", 4L, "component.name", "org.example.Second"));

        assertThat(send("GET", "/hooks", "plain", (String) null).body()).startsWith("second");
        assertThat(server.check().degraded()).isTrue();
        assertThat(server.check().detail())
                .contains("Greeter of /hooks gets no requests: org.example.Second has the same path");

        server.unregister(second);
        assertThat(send("GET", "/hooks", "plain", (String) null).body()).startsWith("first");
        assertThat(server.check().degraded()).isFalse();
    }

    @Test
    void shouldNotFallBackToAnotherHandlerWhileAHigherRankingOneIsReplaced() throws Exception {
        server.registry().declare(8, List.of(new DeclaredHandler("second", "/hooks", false, false, 2)));
        server.register(new Greeter("first"), properties("service.ranking", 1));
        assertThat(status("GET", "/hooks", "plain")).isEqualTo(503);

        Greeter second = new Greeter("second");
        server.register(second, properties("service.ranking", 2, "component.name", "second", "service.bundleid", 8L));
        assertThat(send("GET", "/hooks", "plain", (String) null).body()).startsWith("second");
        server.unregister(second);
        assertThat(status("GET", "/hooks", "plain")).isEqualTo(503);

        server.registry().declare(8, List.of());
        assertThat(send("GET", "/hooks", "plain", (String) null).body()).startsWith("first");
    }

    @Test
    void shouldNotBeInterruptedByADeclaredHandlerOfTheSameRanking() throws Exception {
        server.register(new Greeter("first"), properties());
        server.registry().declare(8, List.of(new DeclaredHandler("second", "/hooks", false, false, 0)));

        assertThat(send("GET", "/hooks", "plain", (String) null).body()).startsWith("first");
    }

    @ParameterizedTest
    @CsvSource({
        "access, root, its access is root; set it to open",
        "access, publish, its access is publish; set it to open",
        "access, read:../a, its access is read:../a; set it to open",
        "path, hooks, its path is hooks; it must begin",
        "path, /hooks/, its path is /hooks/; it must begin",
        "path, /a//b, its path is /a//b; it must begin",
        "path, /a/../b, its path is /a/../b; it must begin",
        "path, /ü, its path is /ü; it must begin"
    })
    void shouldNotUseAHandlerWithInvalidPropertiesAndReportIt(String name, String value, String reason)
            throws Exception {
        Greeter handler = new Greeter("hook");
        server.register(handler, properties(name, value));

        assertThat(status("GET", "/hooks", "admin")).isEqualTo(404);
        assertThat(server.check().detail()).contains("Greeter isn't used: " + reason);
        server.unregister(handler);
        assertThat(server.check().degraded()).isFalse();
    }

    @Test
    void shouldRefuseWritesOfForeignPages() throws Exception {
        server.register(new Greeter("hook"), properties("access", "open"));

        for (String origin : Arrays.asList("https://evil.example", "null")) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/hooks"))
                    .header("Origin", origin)
                    .POST(BodyPublishers.ofString("x"))
                    .build();
            assertThat(client.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(403);
        }
    }
}
