package io.datahub.jetty.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Result;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.StateChange;
import io.datahub.api.state.StateEntry;
import io.datahub.jetty.authentication.CurrentAuthenticator;
import io.datahub.test.cluster.TwoHubs;
import io.datahub.test.memory.MemoryAdapterStates;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Browser sessions at two hubs of a cluster. */
@Timeout(60)
class SharedSessionsTest {

    private static final String BEARER = "Bearer s3cret";

    private final HttpClient client = HttpClient.newHttpClient();
    private final TestUsers users = new TestUsers().add("jenkins", "s3cret");
    private final CurrentAuthenticator authenticator = users.current();
    private final MemoryAdapterStates states = new MemoryAdapterStates(InstantSource.system());
    private final TwoHubs view = new TwoHubs();
    private volatile boolean isAway;
    private HttpServer first;
    private HttpServer second;

    /** The shared state, unless it is away. */
    private final AdapterState state = new AdapterState() {
        @Override
        public Optional<StateEntry> get(String key) throws IOException {
            return reached().get(key);
        }

        @Override
        public List<StateEntry> list(String prefix, String after, int limit) throws IOException {
            return reached().list(prefix, after, limit);
        }

        @Override
        public Result<Long> update(List<StateChange> changes) throws IOException {
            return reached().update(changes);
        }

        private AdapterState reached() throws IOException {
            if (isAway) {
                throw new IOException("the ledger is away");
            }
            return states.of("http-sessions");
        }
    };

    @BeforeEach
    void start() throws Exception {
        first = Greeter.serve(authenticator);
        second = Greeter.serve(authenticator);
        first.sessions().share(view, state);
        second.sessions().share(view, state);
    }

    @AfterEach
    void stop() {
        first.stop();
        second.stop();
    }

    private HttpResponse<String> send(HttpServer server, String method, String path, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** The secret of a new session. */
    private String open(HttpServer server) throws Exception {
        String cookie = send(server, "POST", "/session", "Authorization", BEARER)
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow();
        return cookie.substring(cookie.indexOf('=') + 1, cookie.indexOf(';'));
    }

    private int status(HttpServer server, String secret) throws Exception {
        return send(server, "GET", "/files", "Cookie", cookie(server, secret)).statusCode();
    }

    private static String cookie(HttpServer server, String secret) {
        return "datahub-session-" + server.port() + "=" + secret;
    }

    @Test
    void shouldAcceptASessionOfAnotherHub() throws Exception {
        String secret = open(first);

        assertThat(status(second, secret)).isEqualTo(200);
        assertThat(states.of("http-sessions").list("", "", 10))
                .singleElement()
                .matches(entry -> !entry.key().contains(secret) && !entry.text().contains(secret));
    }

    @Test
    void shouldEndASessionAtAllHubs() throws Exception {
        String secret = open(first);
        String other = open(first);
        assertThat(status(second, secret)).isEqualTo(200);

        assertThat(send(second, "DELETE", "/session", "Cookie", cookie(second, secret))
                        .statusCode())
                .isEqualTo(204);

        assertThat(status(second, secret)).isEqualTo(401);
        await().until(() -> first.sessions().size() == 1);
        assertThat(status(first, secret)).isEqualTo(401);
        assertThat(status(second, other)).isEqualTo(200);
    }

    @Test
    void shouldEndASessionAtAllHubsWhenItsCredentialHasEnded() throws Exception {
        String secret = open(first);
        assertThat(status(second, secret)).isEqualTo(200);

        users.remove("s3cret");

        assertThat(status(first, secret)).isEqualTo(401);
        assertThat(status(second, secret)).isEqualTo(401);
    }

    @Test
    void shouldRefuseWhileItIsNotKnownWhatHasEnded() throws Exception {
        String secret = open(first);
        assertThat(status(first, secret)).isEqualTo(200);
        isAway = true;

        await().until(() -> status(first, secret) == 503);
        assertThat(status(second, secret)).isEqualTo(503);
        assertThat(send(second, "POST", "/session", "Authorization", BEARER).statusCode())
                .isEqualTo(503);
        assertThat(send(first, "DELETE", "/session", "Cookie", cookie(first, secret))
                        .statusCode())
                .isEqualTo(503);

        isAway = false;
        await().until(() -> status(second, open(second)) == 200);
    }

    @Test
    void shouldLetNobodyInWhileTheHubMayNotServe() throws Exception {
        String secret = open(first);
        view.outage = Optional.of("too old");

        assertThat(status(first, secret)).isEqualTo(401); // no other credentials; in a hub, the authenticator refuses

        view.outage = Optional.empty();
        assertThat(status(first, secret)).isEqualTo(200);
    }

    @Test
    void shouldWriteNothingForACookieWithoutASession() throws Exception {
        for (String invented : List.of("x1", "A".repeat(43))) {
            assertThat(status(first, invented)).isEqualTo(401);
            assertThat(send(first, "DELETE", "/session", "Cookie", cookie(first, invented))
                            .statusCode())
                    .isEqualTo(204);
        }

        assertThat(states.of("http-sessions").list("", "", 10)).isEmpty();
    }
}
