package io.datahub.http.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.test.http.TestServer;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensHandlerTest {

    private static final String JSON = "application/json";
    private static final String FORM = "application/x-www-form-urlencoded";

    private final TokenUsers users = new TokenUsers(Set.of());
    private final String id = users.agent.id();
    private TestServer server;

    @BeforeEach
    void setUp() throws Exception {
        server = new TestServer(new TokensHandler(users.registry));
        server.setLogin(users.ci);
    }

    @AfterEach
    void tearDown() throws Exception {
        server.close();
    }

    private HttpResponse<String> post(String body, String type) throws Exception {
        return server.send("POST", "/tokens", body, "Content-Type", type);
    }

    @Test
    void shouldIssueATokenAndShowItOnce() throws Exception {
        HttpResponse<String> made = post("{\"label\":\"grün\",\"expires\":\"2027-01-01T01:00:00+01:00\"}", JSON);

        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(made.body())
                .matches("\\{\"token\":\"dh_[^\"]+\",\"user\":\"ci\",\"id\":\"[0-9a-f]{16}\",\"label\":\"grün\","
                        + "\"created\":\"20[^\"]+Z\",\"expires\":\"2027-01-01T00:00:00Z\",\"parent\":\"" + id + "\"}");
        assertThat(made.headers().firstValue("Cache-Control")).contains("no-store");
        String shown = made.body().replaceFirst(".*\"id\":\"(\\w+)\".*", "$1");
        assertThat(made.headers().firstValue("Location")).contains("/tokens/" + shown);
        assertThat(users.tokens()).containsExactly("agent", "grün 2027-01-01T00:00:00Z");
    }

    @Test
    void shouldAcceptFormsAndAnEmptyBody() throws Exception {
        assertThat(post("label=a+b&expires=2027-01-01T00%3A00%3A00Z", FORM).statusCode())
                .isEqualTo(201);
        assertThat(post("{\"label\":\"c\",\"expires\":null}", FORM).statusCode())
                .isEqualTo(201);
        assertThat(post("", JSON).statusCode()).isEqualTo(201);
        assertThat(users.tokens()).containsExactly("agent", "a b 2027-01-01T00:00:00Z", "c", "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"expire\":\"2027-01-01T00:00:00Z\"}",
                "{\"expires\":\"2027-01-01T00:00:00\"}",
                "{\"expires\":\"tomorrow\"}",
                "{\"expires\":3600}",
                "{\"label\":{}}",
                "{\"label\":\"a\",\"label\":\"b\"}",
                "{\"label\":\"a\"} x",
                "{\"label\":\"a\"",
                "[]",
                "\"x\"",
                "label=x",
            })
    void shouldRefuseMalformedBodies(String body) throws Exception {
        assertThat(post(body, JSON).statusCode()).isEqualTo(400);
        assertThat(users.tokens()).containsExactly("agent");
    }

    @Test
    void shouldEvaluateContentEncodingAndConditions() throws Exception {
        assertThat(server.send("POST", "/tokens", "{}", "Content-Encoding", "gzip")
                        .statusCode())
                .isEqualTo(415);
        for (String method : new String[] {"POST", "GET"}) {
            assertThat(server.send(method, "/tokens", "", "If-Match", "\"x\"").statusCode())
                    .isEqualTo(412);
        }
        assertThat(server.send("DELETE", "/tokens/x", "", "If-None-Match", "*").statusCode())
                .isEqualTo(412);
    }

    @Test
    void shouldRefuseALargeBodyBeforeItIsSent() throws Exception {
        assertThat(server.statusLine(
                        "POST /tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 8193\r\nExpect: 100-continue\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
    }

    @Test
    void shouldRefuseMalformedFormsAndQueries() throws Exception {
        assertThat(post("lable=x", FORM).statusCode()).isEqualTo(400);
        assertThat(post("label=x&label=y", FORM).statusCode()).isEqualTo(400);
        assertThat(post("label=%zz", FORM).statusCode()).isEqualTo(400);
        assertThat(server.send("POST", "/tokens?label=x", "").statusCode()).isEqualTo(400);
        assertThat(post("{\"label\":\"" + "x".repeat(9_000) + "\"}", JSON).statusCode())
                .isEqualTo(413);
        assertThat(users.tokens()).containsExactly("agent");
    }

    @Test
    void shouldLetOnlyAdministratorsManageTokensOfOthers() throws Exception {
        assertThat(post("{\"user\":\"ops\"}", JSON).statusCode()).isEqualTo(403);
        assertThat(server.get("/tokens?user=ops").statusCode()).isEqualTo(403);
        assertThat(server.send("DELETE", "/tokens/" + id + "?user=ops", "").statusCode())
                .isEqualTo(403);
        server.setLogin(users.ops);
        HttpResponse<String> made = post("{\"user\":\"ci\"}", JSON);
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(made.headers().firstValue("Location").orElseThrow()).matches("/users/ci/tokens/[0-9a-f]{16}");
        assertThat(server.get("/tokens?user=ci").statusCode()).isEqualTo(200);
        assertThat(server.get("/tokens?user=nobody").statusCode()).isEqualTo(404);
        assertThat(server.send("DELETE", "/tokens/" + id + "?user=ci", "").statusCode())
                .isEqualTo(204);
    }

    @Test
    void shouldListTheTokensOfTheUser() throws Exception {
        assertThat(server.get("/tokens").body())
                .isEqualTo(
                        "{\"user\":\"ci\",\"tokens\":[{\"id\":\"" + id + "\",\"label\":\"agent\",\"created\":\""
                                + users.agent.created().orElseThrow()
                                + "\",\"expires\":null,\"parent\":null,\"kind\":\"token\",\"lastUsed\":null,\"current\":true}]}");
    }

    @Test
    void shouldRevokeATokenByItsId() throws Exception {
        for (String none : new String[] {"agent", id.substring(0, 8), "f".repeat(16)}) {
            assertThat(server.send("DELETE", "/tokens/" + none, "").statusCode())
                    .isEqualTo(404);
        }
        assertThat(users.tokens()).containsExactly("agent");
        assertThat(server.send("DELETE", "/tokens/" + id, "").statusCode()).isEqualTo(204);
        assertThat(users.tokens()).isEmpty();
    }

    @Test
    void shouldRevokeWithDescendantsAndAll() throws Exception {
        post("{\"label\":\"child\"}", JSON);
        users.registry.issueToken(users.ops, "ci", "other", Optional.empty()).get();
        users.registry.issueToken(users.ops, "ci", "third", Optional.empty()).get();
        assertThat(server.send("DELETE", "/tokens?all&user=ops", "").statusCode())
                .isEqualTo(403);
        assertThat(server.send("DELETE", "/tokens", "").statusCode()).isEqualTo(405);
        assertThat(server.send("DELETE", "/tokens/" + id + "?descendants", "").statusCode())
                .isEqualTo(204);
        assertThat(users.tokens()).containsExactly("other", "third");
        server.setLogin(users.ops);
        assertThat(server.send("DELETE", "/tokens?all&user=ci", "").statusCode())
                .isEqualTo(204);
        assertThat(users.tokens()).isEmpty();
    }

    @Test
    void shouldListTheAllowedMethods() throws Exception {
        HttpResponse<String> put = server.send("PUT", "/tokens", "x");
        assertThat(put.statusCode()).isEqualTo(405);
        assertThat(put.headers().firstValue("Allow")).contains("GET, HEAD, POST, OPTIONS");
        assertThat(server.get("/tokens/" + id).statusCode()).isEqualTo(405);
    }
}
