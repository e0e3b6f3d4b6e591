package io.datahub.jetty.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.user.Login;
import io.datahub.api.validation.Violation;
import io.datahub.jetty.handlers.DeclaredHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServerTest {

    private final HttpClient client = HttpClient.newHttpClient();
    private final TestUsers users = new TestUsers().add("jenkins", "s3cret").add("grüße", "dürfen");
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        server = Greeter.serve(users.current(), "maxHeaderBytes", 4096);
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    @Test
    void shouldAuthenticateByBearerToken() throws Exception {
        assertThat(get("/files/a", "Authorization", "Bearer s3cret").body()).isEqualTo("files jenkins");
    }

    @Test
    void shouldTakeTheBytesOfABearerTokenAsTheyAre() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream()
                    .write("GET /files HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer dürfen\r\n\r\n"
                            .getBytes(StandardCharsets.UTF_8));

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("files grüße");
        }
    }

    @Test
    void shouldAuthenticateByBasic() throws Exception {
        assertThat(get("/files", "Authorization", basic("jenkins:s3cret")).body())
                .isEqualTo("files jenkins");
        assertThat(get("/files", "Authorization", basic("grüße:dürfen")).body()).isEqualTo("files grüße");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer wrong", "Bearer", "Bearer ", "Basic !!!", "Basic czNjcmV0", "Digest x", "s3cret"})
    void shouldRejectMalformedOrInvalidCredentials(String header) throws Exception {
        HttpResponse<String> answer = get("/files", "Authorization", header);

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().allValues("WWW-Authenticate"))
                .containsExactly("Bearer realm=\"datahub\"", "Basic realm=\"datahub\", charset=\"UTF-8\"");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).contains("\"status\":401", "\"type\":", "\"title\":", "\"detail\":");
    }

    @Test
    void shouldRejectTheTokenOfAnotherUser() throws Exception {
        assertThat(get("/files", "Authorization", basic("ops:s3cret")).statusCode())
                .isEqualTo(401);
    }

    @Test
    void shouldRejectUnauthenticatedRequestsWithoutAnAnonymousUser() throws Exception {
        assertThat(get("/files").statusCode()).isEqualTo(401);

        users.add("anonymous", "");

        assertThat(get("/files").body()).isEqualTo("files anonymous");
    }

    @Test
    void shouldDispatchUnauthenticatedRequestsToOpenHandlersOnly() throws Exception {
        server.register(new Greeter("open"), Greeter.mount("/files", 5, 2, true));

        assertThat(get("/files").body()).isEqualTo("open stranger");
        assertThat(get("/files", "Authorization", "Bearer wrong").statusCode()).isEqualTo(401);
    }

    @Test
    void shouldDelayFailedLoginsWithoutBlockingAThread() throws Exception {
        users.memory.delayFailures(Duration.ofMillis(300));
        long begin = System.nanoTime();

        assertThat(get("/files", "Authorization", "Bearer wrong").statusCode()).isEqualTo(401);

        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
        assertThat(get("/files", "Authorization", "Bearer s3cret").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldPreferTheLongestPathThenTheHighestRanking() throws Exception {
        server.register(new Greeter("root"), Greeter.mount("/", 100, 2, true));
        server.register(new Greeter("deep"), Greeter.mount("/files/deep", 0, 3, true));
        server.register(new Greeter("better"), Greeter.mount("/files", 1, 4, true));

        assertThat(get("/files/deep/x").body()).startsWith("deep");
        assertThat(get("/files/deeper").body()).startsWith("better");
        assertThat(get("/filesystem").body()).startsWith("root");
    }

    @Test
    void shouldTryTheNextHandlerOfASharedPathIfOneDeclines() throws Exception {
        Handler declining = new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                return false;
            }
        };
        server.register(
                declining, Map.of("datahub.http.path", "/files", "datahub.http.shared", true, "service.ranking", 9));
        assertThat(get("/files", "Authorization", "Bearer s3cret").body()).isEqualTo("files jenkins");

        server.unregister(declining);
        server.register(declining, Greeter.mount("/files", 9, 2, true));
        assertThat(get("/files", "Authorization", "Bearer s3cret").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldRespond404WithoutAHandler() throws Exception {
        HttpResponse<String> answer = get("/nothing");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//files",
                "/.//files",
                "/.;/files",
                "/x/../files",
                "/%2E./files",
                "/%2e%2e/files",
                "/..;a/files",
                "/;/files"
            })
    void shouldRejectAmbiguousPathsWithoutAHandler(String path) throws Exception {
        assertThat(Wire.get(server.port(), path)).startsWith("HTTP/1.1 400 ").contains("problem+json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/files/%2e%2e/x", "/files//x", "/files/a%2Fb", "/files/..;/x", "/files/a%25", "/files/a|b"})
    void shouldPassRawPathsToHandlers(String path) throws Exception {
        assertThat(pathSeenByHandler(path)).isEqualTo(path);
    }

    private String pathSeenByHandler(String path) throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        server.register(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        seen.complete(request.getHttpURI().getPath());
                        callback.succeeded();
                        return true;
                    }
                },
                Greeter.mount("/files", 9, 2, true));

        Wire.get(server.port(), path);

        return seen.get(5, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource({
        "/files/./12:30.log, /files/12:30.log",
        "/files/%2e/a?q=./b, /files/a",
        "/./files/a/%2E/././b, /files/a/b",
        "/files/., /files/",
        "/files/a/%2e, /files/a/",
        "/files/./, /files/",
        "/files/.//a, /files//a",
        "/files/./../a, /files/../a",
        "/files/.a/..., /files/.a/...",
        "/files/%252e/a, /files/%252e/a",
        "/files/.%2e/a, /files/.%2e/a"
    })
    void shouldRemoveDotSegments(String path, String expectedPath) throws Exception {
        assertThat(pathSeenByHandler(path)).isEqualTo(expectedPath);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip, chunked", "deflate,chunked", "gzip\r\nTransfer-Encoding: chunked", "x-y , Chunked"})
    void shouldRejectUnsupportedTransferCodings(String codings) throws Exception {
        String answer = Wire.send(
                server.port(),
                "PUT /files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer s3cret\r\nTransfer-Encoding: "
                        + codings + "\r\n\r\n0\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 501 ")
                .contains("problem+json", "chunked")
                .containsIgnoringCase("connection: close");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/files/%zz", "/files/%", "/files/a#b", "/files/%u0041"})
    void shouldRespondToMalformedTargetsWithAProblem(String path) throws Exception {
        assertThat(Wire.get(server.port(), path))
                .startsWith("HTTP/1.1 400 ")
                .contains("problem+json", "\"status\":400");
    }

    @Test
    void shouldRespondToTooLargeHeadersWithAProblem() throws Exception {
        assertThat(Wire.get(server.port(), "/files", "X: " + "x".repeat(8000)))
                .startsWith("HTTP/1.1 431 ")
                .contains("problem+json");
    }

    @Test
    void shouldRespondToNonHttpDataWithAProblem() throws Exception {
        assertThat(Wire.send(server.port(), "EHLO there\r\n\r\n"))
                .startsWith("HTTP/1.1 505 ")
                .contains("problem+json");
    }

    @Test
    void shouldRejectARequestWithTwoContentLengths() throws Exception {
        String head = "POST /files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer s3cret\r\n";

        for (String lengths : List.of(
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                "Content-Length: 5\r\nContent-Length: 6\r\n")) {
            assertThat(Wire.send(server.port(), head + lengths + "\r\n0\r\n\r\n"))
                    .as(lengths)
                    .startsWith("HTTP/1.1 400 ")
                    .contains("problem+json")
                    .containsOnlyOnce("HTTP/1.1 ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/files/%ff, the path isn't UTF-8",
        "/files/a%c3, the path isn't UTF-8",
        "/nothing/%ff, the path isn't UTF-8",
        "/files?x=%ff, the query isn't percent-encoded UTF-8",
        "/files?x=%c3, the query isn't percent-encoded UTF-8",
        "/files?x=%zz, the query isn't percent-encoded UTF-8"
    })
    void shouldRejectAPathOrQueryThatIsNotUtf8(String target, String detail) throws Exception {
        String answers = Wire.untilClosed(
                server.port(),
                "PUT " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
                        + "GET /files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer s3cret\r\n"
                        + "Connection: close\r\n\r\n");

        assertThat(answers)
                .startsWith("HTTP/1.1 400 ")
                .contains("application/problem+json", detail)
                .contains("files jenkins");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/files/%zz", "/files/a%2"})
    void shouldRejectAPathWithAMalformedEscape(String path) throws Exception {
        assertThat(Wire.get(server.port(), path))
                .startsWith("HTTP/1.1 400 ")
                .contains("application/problem+json", "a % ");
    }

    @Test
    void shouldExplainAnUpgradeWithoutItsConnectionHeader() throws Exception {
        String answer = Wire.send(
                server.port(), "GET /files HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: close\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 400 ")
                .contains("application/problem+json", "the header Upgrade needs Connection: Upgrade");
    }

    @Test
    void shouldRejectATokenInTheUrlDespiteOtherCredentials() throws Exception {
        HttpResponse<String> answer = get("/files?x=1&access_token=s3cret", "Authorization", "Bearer s3cret");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("must not be part of a URL").doesNotContain("s3cret");
        assertThat(get("/files?no_access_token=1", "Authorization", "Bearer s3cret")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void shouldHandleRequestsWithoutAPath() throws Exception {
        assertThat(Wire.send(server.port(), "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 204 ")
                .contains("Allow: GET");
    }

    @Test
    void shouldDrainTheBodyOfARefusedRequest() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            String head = "PUT /files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer wrong\r\nContent-Length: "
                    + (32 << 20) + "\r\n\r\n";
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            byte[] answer = new byte[1024];
            int length = socket.getInputStream().read(answer);
            for (int i = 0; i < 32; i++) {
                out.write(new byte[1 << 20]);
            }
            assertThat(new String(answer, 0, length, StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 401 ")
                    .containsIgnoringCase("connection: close");
        }
    }

    @Test
    void shouldKeepTheConnectionOfARefusedRequestWithACompleteBody() throws Exception {
        String refused =
                "PUT /files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer wrong\r\nContent-Length: 5\r\n\r\nhello";
        assertThat(Wire.send(
                        server.port(), refused + "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 401 ")
                .contains("HTTP/1.1 204 ");
    }

    @Test
    void shouldDeliverTheRefusalToAClientThatSendsItsBodyAnyway() throws Exception {
        byte[] body = new byte[8 << 20];

        HttpResponse<String> answer = client.send(
                request("/files")
                        .header("Authorization", "Bearer wrong")
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(body))
                        .version(HttpClient.Version.HTTP_1_1)
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @Test
    void shouldRefuseBeforeTheBodyOfExpectContinue() throws Exception {
        String answer = Wire.send(
                server.port(),
                "PUT /files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 401 ").doesNotContain("100 Continue");
    }

    @Test
    void shouldNotSendTheServerVersion() throws Exception {
        assertThat(get("/files").headers().firstValue("Server")).isEmpty();
    }

    @Test
    void shouldRejectWritesFromOtherOrigins() throws Exception {
        assertThat(write("https://evil.example")).isEqualTo(403);
        assertThat(write("null")).isEqualTo(403);
        assertThat(write("http://127.0.0.1:1")).isEqualTo(403);
        assertThat(write("http://127.0.0.1:" + server.port())).isEqualTo(200);
    }

    @Test
    void shouldAcceptWritesFromListedOriginsAfterReconfiguration() throws Exception {
        server.reconfigure(Settings.with("origins", new String[] {"https://ci.example, https://good.example/"}));

        assertThat(write("https://good.example")).isEqualTo(200);
        assertThat(write("https://evil.example")).isEqualTo(403);
    }

    @Test
    void shouldAllowReadsFromOtherOriginsWithAToken() throws Exception {
        assertThat(get("/files", "Authorization", "Bearer s3cret", "Origin", "https://evil.example")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void shouldNotSendCorsHeadersByDefault() throws Exception {
        String answer = preflight("https://ci.example");

        assertThat(answer).startsWith("HTTP/1.1 401 ").doesNotContain("Access-Control-");
        assertThat(get("/files", "Origin", "https://ci.example", "Authorization", "Bearer s3cret")
                        .headers()
                        .map())
                .doesNotContainKeys("access-control-allow-origin", "vary");
    }

    @Test
    void shouldSendCorsHeadersToListedOrigins() throws Exception {
        server.reconfigure(Settings.with("origins", new String[] {"https://ci.example"}));

        assertThat(preflight("https://ci.example"))
                .startsWith("HTTP/1.1 204 ")
                .contains("Access-Control-Allow-Origin: https://ci.example\r\n")
                .contains("Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE, MOVE\r\n")
                .contains("Access-Control-Allow-Headers: authorization,if-match\r\n")
                .contains("Vary: Origin\r\n")
                .doesNotContain("Allow-Credentials");
        assertThat(preflight("https://evil.example"))
                .startsWith("HTTP/1.1 401 ")
                .contains("Vary: Origin\r\n")
                .doesNotContain("Access-Control-");
        var headers = get("/files", "Origin", "https://ci.example", "Authorization", "Bearer wrong")
                .headers();
        assertThat(headers.firstValue("Access-Control-Allow-Origin")).contains("https://ci.example");
        assertThat(headers.firstValue("Access-Control-Expose-Headers")).contains("*");
    }

    @Test
    void shouldNotUpgradeToHttp2() throws Exception {
        String answer = Wire.send(server.port(), """
                GET /files HTTP/1.1\r
                Host: localhost\r
                Authorization: Bearer s3cret\r
                Connection: Upgrade, HTTP2-Settings, close\r
                Upgrade: h2c\r
                HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r
                \r
                """);

        assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("files jenkins");
        assertThat(get("/files", "Authorization", "Bearer s3cret").version()).isEqualTo(HttpClient.Version.HTTP_1_1);
    }

    @Test
    void shouldSupportHttp2WithPriorKnowledge() throws Exception {
        try (Http2Wire wire = new Http2Wire(server.port())) {
            wire.preface();

            assertThat(wire.frame().type()).isEqualTo(Http2Wire.SETTINGS);
        }
    }

    /** With Jetty's own reset, CANCEL, many clients lose the response. */
    @Test
    void shouldResetWithNoErrorAfterAnEarlyResponse() throws Exception {
        try (Http2Wire wire = new Http2Wire(server.port())) {
            wire.preface();
            wire.head(
                    ":method",
                    "PUT",
                    ":scheme",
                    "http",
                    ":path",
                    "/files",
                    ":authority",
                    "localhost",
                    "authorization",
                    "Bearer wrong",
                    "expect",
                    "100-continue");
            List<Integer> types = new ArrayList<>();
            Http2Wire.Frame frame = wire.frame();
            while (frame.type() != Http2Wire.RST_STREAM && frame.type() >= 0) {
                types.add(frame.type());
                frame = wire.frame();
            }

            assertThat(types).contains(Http2Wire.HEADERS);
            assertThat(frame.type()).isEqualTo(Http2Wire.RST_STREAM);
            assertThat(frame.payload().getInt()).isZero();
        }
    }

    @Test
    void shouldRenderARefusalWithItsViolations() throws Exception {
        server.register(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        Refusal refusal =
                                Refusal.invalid(List.of(new Violation("xml", "1.2.0", 3, 7, "not \"closed\"")));
                        request.setAttribute(Refusal.class.getName(), refusal);
                        Response.writeError(request, response, callback, 422, refusal.detail());
                        return true;
                    }
                },
                Greeter.mount("/judge", 0, 2, true));

        HttpResponse<String> answer = get("/judge");

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body())
                .contains("\"violations\":[{\"validator\":\"xml\",\"version\":\"1.2.0\",\"line\":3,\"column\":7,"
                        + "\"message\":\"not \\\"closed\\\"\"}]");
    }

    @Test
    void shouldSendRetryAfter() throws Exception {
        server.register(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        request.setAttribute(
                                Refusal.class.getName(), Refusal.unavailable("xsd is away", Duration.ofMillis(1500)));
                        Response.writeError(request, response, callback, Reason.UNAVAILABLE.status());
                        return true;
                    }
                },
                Greeter.mount("/busy", 0, 2, true));

        assertThat(get("/busy").headers().firstValue("Retry-After")).contains("2");
    }

    @Test
    void shouldNotExposeInternalErrors() throws Exception {
        server.register(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) throws Exception {
                        response.getHeaders().put("ETag", "\"1\"");
                        throw new IOException("/home/secret");
                    }
                },
                Greeter.mount("/broken", 0, 2, true));

        HttpResponse<String> answer = get("/broken");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).doesNotContain("secret").contains("\"status\":500");
        assertThat(answer.headers().firstValue("ETag")).isEmpty();
    }

    @Test
    void shouldCompleteRequestsInFlightBeforeAHandlerIsRemoved() throws Exception {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        Greeter slow = new Greeter("slow", mayAnswer);
        server.register(slow, Greeter.mount("/slow", 0, 2, true));
        var answer = client.sendAsync(request("/slow").build(), BodyHandlers.ofString());
        assertThat(slow.entered.await(5, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> unmounted = CompletableFuture.runAsync(() -> server.unregister(slow));
        awaitStatus("/slow", 503);
        assertThat(get("/slow").headers().firstValue("Retry-After")).contains("1");
        assertThat(unmounted).isNotDone();
        mayAnswer.countDown();

        assertThat(answer.get(5, TimeUnit.SECONDS).body()).startsWith("slow");
        unmounted.get(5, TimeUnit.SECONDS);
        assertThat(slow.isStopped()).isTrue();
        assertThat(get("/slow").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldDispatchToTheNewHandlerWhileTheOldOneCompletes() throws Exception {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        Greeter old = new Greeter("old", mayAnswer);
        server.register(old, Greeter.mount("/swapped", 0, 2, true));
        var answer = client.sendAsync(request("/swapped").build(), BodyHandlers.ofString());
        assertThat(old.entered.await(5, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> unmounted = CompletableFuture.runAsync(() -> server.unregister(old));
        awaitStatus("/swapped", 503);

        server.register(new Greeter("new"), Greeter.mount("/swapped", 0, 3, true));

        assertThat(get("/swapped").body()).startsWith("new");
        assertThat(unmounted).isNotDone();
        mayAnswer.countDown();
        assertThat(answer.get(5, TimeUnit.SECONDS).body()).startsWith("old");
        unmounted.get(5, TimeUnit.SECONDS);
        assertThat(get("/swapped").body()).startsWith("new");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "MOVE"})
    void shouldRespond503ForADeclaredHandlerThatIsNotAvailable(String method) throws Exception {
        server.registry().declare(7, List.of(new DeclaredHandler("later", "/later", false, false, 0)));

        String answers = Wire.send(
                server.port(),
                method + " /later/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer s3cret\r\n"
                        + "Content-Length: 3\r\n\r\nabc"
                        + "GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answers).startsWith("HTTP/1.1 503 ").containsOnlyOnce("Retry-After: 1\r\n");
        assertThat(answers.indexOf("HTTP/1.1 404 ")).as("the connection stays").isPositive();
    }

    @Test
    void shouldHoldRequestsUntilTheirHandlerIsThere() throws Exception {
        server.registry().declare(7, List.of(new DeclaredHandler("late", "/late", false, false, 0)));
        server.holdEarlyRequests(Duration.ofMinutes(1));

        assertThat(get("/nothing").statusCode()).isEqualTo(404);
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return get("/late/a");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        Greeter late = new Greeter("late");
        server.register(late, component("/late", "late", 7, true));
        assertThat(answer.get(5, TimeUnit.SECONDS).body()).startsWith("late");

        server.unregister(late);
        assertThat(get("/late/a").statusCode()).as("it isn't starting").isEqualTo(503);
    }

    @Test
    void shouldRefuseHeldRequestsOnceTheTimeIsOver() throws Exception {
        server.registry().declare(7, List.of(new DeclaredHandler("never", "/never", false, false, 0)));
        server.holdEarlyRequests(Duration.ofMillis(1));

        assertThat(get("/never/a").statusCode()).isEqualTo(503);
    }

    @Test
    void shouldRespond503WhileAHandlerIsReplaced() throws Exception {
        server.registry().declare(7, List.of(new DeclaredHandler("files", "/records", false, false, 0)));
        assertThat(get("/records/a").statusCode()).isEqualTo(503);

        Greeter first = new Greeter("first");
        server.register(first, component("/records", "files", 7, true));
        assertThat(get("/records/a").body()).startsWith("first");

        server.unregister(first);
        assertThat(get("/records/a").statusCode()).isEqualTo(503);

        server.register(new Greeter("second"), component("/records", "files", 7, true));
        assertThat(get("/records/a").body()).startsWith("second");
    }

    @Test
    void shouldRespond404AfterTheBundleIsUninstalled() throws Exception {
        server.registry().declare(7, List.of(new DeclaredHandler("files", "/records", false, false, 0)));
        server.registry().declare(7, List.of());

        assertThat(get("/records/a").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldDistinguishComponentsAtTheSamePath() throws Exception {
        server.registry().declare(7, List.of(new DeclaredHandler("upgrade", "/both", false, true, 100)));
        server.registry().declare(8, List.of(new DeclaredHandler("stream", "/both", false, false, 0)));
        server.register(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        boolean mine = !request.getHeaders().contains("Upgrade");
                        if (mine) {
                            callback.succeeded();
                        }
                        return mine;
                    }
                },
                component("/both", "stream", 8, false));

        assertThat(Wire.get(server.port(), "/both", "Authorization: Bearer s3cret"))
                .startsWith("HTTP/1.1 200 ");
        String upgrade =
                "GET /both HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n";
        assertThat(Wire.send(server.port(), upgrade + "Authorization: Bearer s3cret\r\n\r\n"))
                .startsWith("HTTP/1.1 503 ");
        assertThat(Wire.send(server.port(), upgrade + "\r\n"))
                .as("one that says who it is afterwards")
                .startsWith("HTTP/1.1 503 ");
    }

    @Test
    void shouldRespond401DespiteAnUnavailableHandlerAbove() throws Exception {
        server.registry().declare(7, List.of(new DeclaredHandler("page", "/", false, false, 100)));

        assertThat(get("/files").statusCode()).isEqualTo(401);
        assertThat(get("/else").statusCode()).isEqualTo(503);
    }

    @RepeatedTest(5)
    void shouldLeaveNoConnectionOpenThatIsAcceptedWhileStopping() throws Exception {
        int port = server.port();
        CompletableFuture<Void> stopped = CompletableFuture.completedFuture(null);
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                if (i == 10) {
                    stopped = CompletableFuture.runAsync(server::stop);
                }
                sockets.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
        } catch (IOException closed) {
            assertThat(sockets).isNotEmpty();
        }
        stopped.get(10, TimeUnit.SECONDS);
        for (Socket socket : sockets) {
            socket.setSoTimeout(10_000);
            try (socket) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            } catch (SocketException reset) {
                assertThat(reset).hasMessageContaining("reset");
            }
        }
    }

    private static Map<String, Object> component(String path, String name, long bundle, boolean open) {
        return Map.of(
                "datahub.http.path", path,
                "datahub.http.access", open ? "open" : "user",
                "component.name", name,
                "service.bundleid", bundle);
    }

    @Test
    void shouldCompleteRequestsInFlightWhenStopping() throws Exception {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        Greeter slow = new Greeter("slow", mayAnswer);
        server.register(slow, Greeter.mount("/slow", 0, 2, true));
        var answer = client.sendAsync(request("/slow").build(), BodyHandlers.ofString());
        assertThat(slow.entered.await(5, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::stop);
        mayAnswer.countDown();

        assertThat(answer.get(5, TimeUnit.SECONDS).body()).startsWith("slow");
        stopped.get(5, TimeUnit.SECONDS);
    }

    @Test
    void shouldReportCauseAndRemedyWhenThePortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HttpServer second = new HttpServer(users.current(), Settings.with("port", taken.getLocalPort()));

            assertThatThrownBy(second::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("address already in use")
                    .hasMessageContaining("DATAHUB_HTTP_PORT");
            assertThat(second.check().ready()).isFalse();
        }
    }

    @Test
    void shouldKeepConnectionsUnlessTheListenAddressChanges() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            int port = server.port();
            server.reconfigure(Settings.with("maxThreads", 50, "idleTimeoutMillis", 10_000L));

            socket.getOutputStream()
                    .write("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 404");
            assertThat(server.port()).isEqualTo(port);
        }
    }

    @Test
    void shouldListenAtAReconfiguredAddress() throws Exception {
        int before = server.port();
        int after;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            after = free.getLocalPort();
        }

        server.reconfigure(Settings.with("port", after));

        assertThat(server.check().detail()).contains(":" + after);
        assertThat(get("/files", "Authorization", "Bearer s3cret").statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), before).close())
                .isInstanceOf(IOException.class);
    }

    @Test
    void shouldKeepTheSocketWhenTheNewPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int before = server.port();

            server.reconfigure(Settings.with("port", taken.getLocalPort()));

            assertThat(server.check().ready()).isTrue();
            assertThat(server.check().degraded()).isTrue();
            assertThat(server.check().detail()).contains(":" + taken.getLocalPort());
            assertThat(server.port()).isEqualTo(before);
            assertThat(get("/files", "Authorization", "Bearer s3cret").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void shouldReportTheListenAddress() {
        assertThat(server.check().ready()).isTrue();
        assertThat(server.check().detail()).contains("http://127.0.0.1:" + server.port());
    }

    @Test
    void shouldPassTheOriginToTheHandler() throws Exception {
        CompletableFuture<Login> seen = new CompletableFuture<>();
        server.register(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        seen.complete((Login) request.getAttribute(Login.class.getName()));
                        callback.succeeded();
                        return true;
                    }
                },
                Greeter.mount("/where", 0, 2, false));

        get("/where", "Authorization", "Bearer s3cret");

        Login login = seen.get(5, TimeUnit.SECONDS);
        assertThat(login.origin().toString()).isEqualTo("http:127.0.0.1");
        assertThat(login.origin().confidential()).isFalse();
    }

    private void awaitStatus(String path, int status) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (immediateStatus(path) != status) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
    }

    /** The status of an immediate response; 0 if the handler blocks. */
    private int immediateStatus(String path) throws Exception {
        try {
            HttpRequest request = request(path).timeout(Duration.ofMillis(500)).build();
            return client.send(request, BodyHandlers.discarding()).statusCode();
        } catch (HttpTimeoutException e) {
            return 0;
        }
    }

    private String preflight(String origin) throws IOException {
        return Wire.send(
                server.port(),
                "OPTIONS /files/x HTTP/1.1\r\nHost: hub\r\nOrigin: " + origin
                        + "\r\n"
                        + "Access-Control-Request-Method: PUT\r\n"
                        + "Access-Control-Request-Headers: authorization,if-match\r\n"
                        + "Connection: close\r\n\r\n");
    }

    private int write(String origin) throws IOException {
        String answer = Wire.send(
                server.port(),
                "PUT /files/x HTTP/1.1\r\nHost: 127.0.0.1:" + server.port() + "\r\nOrigin: " + origin
                        + "\r\nAuthorization: Bearer s3cret\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return Integer.parseInt(answer.substring(9, 12));
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = request(path);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    }

    private static String basic(String userAndToken) {
        return "Basic " + Base64.getEncoder().encodeToString(userAndToken.getBytes(StandardCharsets.UTF_8));
    }
}
