package io.datahub.jetty.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.user.Credentials;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests whose credentials aren't verified at once. */
@Timeout(60)
class LateAuthenticationTest {

    private static final int MORE_THAN_THREADS = 300;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final TestUsers users = new TestUsers().add("jenkins", "s3cret");
    private final CompletableFuture<Void> verified = users.memory.late(Credentials.Token.KIND);
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        server = Greeter.serve(users.current());
        server.register(new Greeter("open"), Greeter.mount("/open", 0, 2, true));
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private CompletableFuture<HttpResponse<String>> send(String path, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return client.sendAsync(request.build(), BodyHandlers.ofString());
    }

    @Test
    void shouldHoldNoThreadMeanwhile() {
        List<CompletableFuture<HttpResponse<String>>> pending = new ArrayList<>();
        for (int i = 0; i < MORE_THAN_THREADS; i++) {
            pending.add(send("/files", "s3cret"));
        }
        await().until(() -> users.memory.attempts() == MORE_THAN_THREADS);

        assertThat(send("/open", "").join().body()).isEqualTo("open stranger");
        verified.complete(null);

        assertThat(pending)
                .allSatisfy(response -> assertThat(response.join().body()).isEqualTo("files jenkins"));
    }

    @Test
    void shouldRefuseWhenAuthenticationFailsLater() {
        CompletableFuture<HttpResponse<String>> response = send("/files", "wrong");
        await().until(() -> users.memory.attempts() == 1);

        verified.complete(null);

        assertThat(response.join().statusCode()).isEqualTo(401);
        assertThat(response.join().headers().firstValue("WWW-Authenticate")).isPresent();
    }

    @Test
    void shouldAnswerAHandlerThatThrowsLater() throws Exception {
        server.register(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        throw new IllegalStateException("broken");
                    }
                },
                Greeter.mount("/broken", 0, 3, false));
        CompletableFuture<HttpResponse<String>> response = send("/broken", "s3cret");
        await().until(() -> users.memory.attempts() == 1);

        verified.complete(null);

        assertThat(response.join().statusCode()).isEqualTo(500);
    }

    @Test
    void shouldPassOnLongTokens() {
        verified.complete(null);
        String longest = "x".repeat(Credentials.ExternalToken.MAX_BYTES);
        users.add("jwt", longest);

        assertThat(send("/files", longest).join().body()).isEqualTo("files jwt");
        assertThat(send("/files", longest + "x").join().statusCode()).isEqualTo(401);
        assertThat(users.memory.attempts()).isEqualTo(1);
    }
}
