package io.datahub.jetty.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.jetty.JettyConfiguration;
import io.datahub.jetty.authentication.CurrentAuthenticator;
import io.datahub.jetty.authentication.WebSessions;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionTest {

    private static final String BEARER = "Bearer s3cret";

    private final HttpClient client = HttpClient.newHttpClient();
    private final TestUsers users = new TestUsers().add("jenkins", "s3cret");
    private final CurrentAuthenticator authenticator = users.current();
    private final AtomicLong now = new AtomicLong();
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        server = Greeter.serve(authenticator, "origins", new String[] {"https://ci.example.org"});
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    @Test
    void shouldOpenASessionWithACookie() throws Exception {
        HttpResponse<String> opened = send("POST", "/session", "Authorization", BEARER);

        assertThat(opened.statusCode()).isEqualTo(204);
        assertThat(opened.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(opened.headers().firstValue("Set-Cookie").orElseThrow())
                .matches("datahub-session-" + server.port() + "=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Strict");
        assertThat(send("GET", "/files", "Cookie", "other=1; " + pair(opened)).body())
                .isEqualTo("files jenkins");
    }

    @Test
    void shouldEndASession() throws Exception {
        String cookie = pair(send("POST", "/session", "Authorization", BEARER));

        HttpResponse<String> ended = send("DELETE", "/session", "Cookie", cookie);

        assertThat(ended.statusCode()).isEqualTo(204);
        assertThat(ended.headers().firstValue("Set-Cookie").orElseThrow())
                .startsWith("datahub-session-" + server.port() + "=; ")
                .contains("Max-Age=0");
        assertThat(send("GET", "/files", "Cookie", cookie).statusCode()).isEqualTo(401);
    }

    @Test
    void shouldBeUnavailableWhileTheAuthenticatorIsReplaced() throws Exception {
        String cookie = pair(send("POST", "/session", "Authorization", BEARER));

        authenticator.unset(users.memory);

        for (String[] credential : new String[][] {{"Authorization", BEARER}, {"Cookie", cookie}}) {
            HttpResponse<String> refused = send("GET", "/files", credential);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        }
        authenticator.set(users.memory);
        assertThat(send("GET", "/files", "Authorization", BEARER).statusCode()).isEqualTo(200);
        assertThat(send("GET", "/files", "Cookie", cookie).statusCode()).isEqualTo(200);
    }

    @Test
    void shouldKeepTheAuthenticatorThatReplacedAnother() throws Exception {
        authenticator.set(new TestUsers().add("ops", "other").memory);
        authenticator.unset(users.memory);

        assertThat(send("GET", "/files", "Authorization", "Bearer other").body())
                .isEqualTo("files ops");
    }

    @Test
    void shouldEvaluateConditions() throws Exception {
        String cookie = pair(send("POST", "/session", "Authorization", BEARER));

        assertThat(send("POST", "/session", "Authorization", BEARER, "If-Match", "\"x\"")
                        .statusCode())
                .isEqualTo(412);
        assertThat(send("POST", "/session", "Cookie", cookie, "If-None-Match", "*")
                        .statusCode())
                .isEqualTo(412);
        assertThat(send("DELETE", "/session", "Cookie", cookie, "If-Match", "\"x\"")
                        .statusCode())
                .isEqualTo(412);
        assertThat(send("GET", "/files", "Cookie", cookie).body()).isEqualTo("files jenkins");
    }

    @Test
    void shouldEndWhenTheCredentialIsRemoved() throws Exception {
        String cookie = pair(send("POST", "/session", "Authorization", BEARER));

        users.remove("s3cret");

        assertThat(send("GET", "/files", "Cookie", cookie).statusCode()).isEqualTo(401);
        users.add("jenkins", "s3cret");
        assertThat(send("GET", "/files", "Cookie", cookie).statusCode()).isEqualTo(401);
    }

    @Test
    void shouldRequireACredentialToOpen() throws Exception {
        users.add("anonymous", "");

        assertThat(send("POST", "/session").statusCode()).isEqualTo(401);
        assertThat(send("POST", "/session", "Authorization", "Bearer wrong").statusCode())
                .isEqualTo(401);
        assertThat(send("GET", "/session", "Authorization", BEARER).statusCode())
                .isEqualTo(405);
    }

    @Test
    void shouldNotLetASessionOpenAnother() throws Exception {
        String cookie = pair(send("POST", "/session", "Authorization", BEARER));

        HttpResponse<String> again = send("POST", "/session", "Cookie", cookie);

        assertThat(again.statusCode()).isEqualTo(204);
        assertThat(again.headers().firstValue("Set-Cookie")).isEmpty();
    }

    @Test
    void shouldPreferTheAuthorizationHeaderToTheCookie() throws Exception {
        users.add("ops", "other");
        String cookie = pair(send("POST", "/session", "Authorization", BEARER));

        assertThat(send("GET", "/files", "Cookie", cookie, "Authorization", "Bearer other")
                        .body())
                .isEqualTo("files ops");
        assertThat(send("GET", "/files", "Cookie", cookie, "Authorization", "Bearer wrong")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void shouldAcceptTheCookieFromSameOriginPagesOnly() throws Exception {
        String own = "http://127.0.0.1:" + server.port();
        String cookie = pair(send("POST", "/session", "Authorization", BEARER, "Origin", own));

        assertThat(send("POST", "/files", "Cookie", cookie, "Origin", own).statusCode())
                .isEqualTo(200);
        assertThat(send("POST", "/files", "Cookie", cookie, "Origin", "http://127.0.0.1:1")
                        .statusCode())
                .isEqualTo(403);
        assertThat(send("POST", "/files", "Cookie", cookie, "Origin", "https://ci.example.org")
                        .statusCode())
                .isEqualTo(401);
        assertThat(send("GET", "/files", "Cookie", cookie, "Origin", "null").statusCode())
                .isEqualTo(401);
        assertThat(send("POST", "/files", "Cookie", cookie, "Sec-Fetch-Site", "same-site")
                        .statusCode())
                .isEqualTo(401);
        assertThat(send("POST", "/session", "Authorization", BEARER, "Origin", "https://ci.example.org")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void shouldIgnoreDuplicateCookies() throws Exception {
        String cookie = pair(send("POST", "/session", "Authorization", BEARER));

        assertThat(send("GET", "/files", "Cookie", cookie + "; " + cookie).statusCode())
                .isEqualTo(401);
    }

    @Test
    void shouldExpireWhenIdleAndAtTheMaximumAge() {
        WebSessions sessions = sessions("sessionIdleMillis", 10L, "sessionMaxMillis", 15L);
        String secret = sessions.open(login("jenkins"));

        now.set(9_000_000);
        assertThat(sessions.login(secret, origin())).isPresent();
        now.set(14_000_000);
        assertThat(sessions.login(secret, origin())).isPresent();
        now.set(15_000_000);
        assertThat(sessions.login(secret, origin())).isEmpty();

        String idle = sessions.open(login("jenkins"));
        now.set(25_000_000);
        assertThat(sessions.login(idle, origin())).isEmpty();
        assertThat(sessions.size()).isZero();
    }

    @Test
    void shouldEvictTheLeastRecentlyUsedAtTheLimit() {
        WebSessions sessions = sessions("maxSessions", 150);
        String ops = sessions.open(login("ops"));
        String first = sessions.open(login("jenkins"));
        for (int i = 0; i < 100; i++) {
            sessions.open(login("jenkins"));
        }

        assertThat(sessions.size()).isEqualTo(101);
        assertThat(sessions.login(first, origin())).isEmpty();
        assertThat(sessions.login(ops, origin())).isPresent();
        for (int i = 0; i < 60; i++) {
            sessions.open(login("user" + i));
        }
        assertThat(sessions.size()).isEqualTo(150);
    }

    @Test
    void shouldNotScanAllSessionsWhenOneIsOpened() {
        JettyConfiguration plain = Settings.with("maxSessions", 2_000);
        AtomicInteger looks = new AtomicInteger();
        JettyConfiguration counted = (JettyConfiguration) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {JettyConfiguration.class, Annotation.class},
                (proxy, method, arguments) -> {
                    looks.addAndGet(method.getName().equals("sessionIdleMillis") ? 1 : 0);
                    return method.invoke(plain, arguments);
                });
        WebSessions sessions = new WebSessions(users.current(), counted, now::get);
        for (int i = 0; i < 1_000; i++) {
            sessions.open(login("user" + i));
        }

        looks.set(0);
        sessions.open(login("jenkins"));
        assertThat(looks).hasValueLessThan(5);

        String kept = sessions.open(login("jenkins"));
        now.addAndGet(TimeUnit.HOURS.toNanos(11));
        assertThat(sessions.login(kept, origin())).isPresent();
        now.addAndGet(TimeUnit.HOURS.toNanos(2));
        sessions.open(login("ops"));
        assertThat(sessions.size()).isEqualTo(2);
        assertThat(sessions.login(kept, origin())).isPresent();
    }

    @Test
    void shouldNotTriggerThePasswordDialogForScripts() throws Exception {
        assertThat(send("GET", "/files").headers().allValues("WWW-Authenticate"))
                .containsExactly("Bearer realm=\"datahub\"", "Basic realm=\"datahub\", charset=\"UTF-8\"");
        HttpResponse<String> toScript = send("GET", "/files", "X-Requested-With", "fetch");
        assertThat(toScript.statusCode()).isEqualTo(401);
        assertThat(toScript.headers().allValues("WWW-Authenticate")).containsExactly("Bearer realm=\"datahub\"");
    }

    @Test
    void shouldEndWhatWasOpenedInASession() {
        WebSessions sessions = sessions();
        String secret = sessions.open(login("jenkins"));
        String other = sessions.open(login("jenkins"));
        AtomicInteger ended = new AtomicInteger();
        sessions.login(secret, origin()).orElseThrow().session().orElseThrow().onEnd(ended::incrementAndGet);
        sessions.login(other, origin()).orElseThrow().session().orElseThrow().onEnd(() -> ended.addAndGet(100));

        sessions.end(secret);

        assertThat(ended).hasValue(1);
    }

    @Test
    void shouldEndWhatWasOpenedInASessionThatIsEvicted() {
        WebSessions sessions = sessions("maxSessions", 1);
        String secret = sessions.open(login("jenkins"));
        AtomicInteger ended = new AtomicInteger();
        sessions.login(secret, origin()).orElseThrow().session().orElseThrow().onEnd(ended::incrementAndGet);

        sessions.open(login("ops"));

        assertThat(ended).hasValue(1);
    }

    private WebSessions sessions(Object... settings) {
        return new WebSessions(users.current(), Settings.with(settings), now::get);
    }

    private Login login(String user) {
        users.add(user, user);
        return users.memory
                .authenticate(TestUsers.token(user), origin())
                .toCompletableFuture()
                .join()
                .get();
    }

    private static Origin origin() {
        return new Origin("http", InetAddress.getLoopbackAddress(), false);
    }

    private static String pair(HttpResponse<String> answer) {
        String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow();
        return cookie.substring(0, cookie.indexOf(';'));
    }

    private HttpResponse<String> send(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
