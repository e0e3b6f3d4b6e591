package io.datahub.http.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.User;
import io.datahub.http.FakeRegistry;
import io.datahub.http.TestServer;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensHandlerTest {

    private static final String JSON = "application/json";
    private static final String FORM = "application/x-www-form-urlencoded";

    private final FakeRegistry registry = new FakeRegistry();
    private TestServer server;

    @BeforeEach
    void setUp() throws Exception {
        server = new TestServer(new TokensHandler(registry));
        server.setUser(new User("ci", Set.of(), List.of()));
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
                .isEqualTo("{\"token\":\"dh_x\",\"user\":\"ci\",\"id\":\"" + FakeRegistry.ID
                        + "\",\"label\":\"grün\",\"created\":\"1970-01-01T00:00:00Z\","
                        + "\"expires\":\"2027-01-01T00:00:00Z\",\"parent\":\"0000000000000000\"}");
        assertThat(made.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(made.headers().firstValue("Location")).contains("/tokens/" + FakeRegistry.ID);
        assertThat(registry.calls).containsExactly("ci issues ci grün 2027-01-01T00:00:00Z");
    }

    @Test
    void shouldAcceptFormsAndAnEmptyBody() throws Exception {
        assertThat(post("label=a+b&expires=2027-01-01T00%3A00%3A00Z", FORM).statusCode())
                .isEqualTo(201);
        assertThat(post("{\"label\":\"c\",\"expires\":null}", FORM).statusCode())
                .isEqualTo(201);
        assertThat(post("", JSON).statusCode()).isEqualTo(201);
        assertThat(registry.calls)
                .containsExactly("ci issues ci a b 2027-01-01T00:00:00Z", "ci issues ci c -", "ci issues ci  -");
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
        assertThat(registry.calls).isEmpty();
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
    void shouldRefuseMalformedFormsAndQueries() throws Exception {
        assertThat(post("lable=x", FORM).statusCode()).isEqualTo(400);
        assertThat(post("label=x&label=y", FORM).statusCode()).isEqualTo(400);
        assertThat(post("label=%zz", FORM).statusCode()).isEqualTo(400);
        assertThat(server.send("POST", "/tokens?label=x", "").statusCode()).isEqualTo(400);
        assertThat(post("{\"label\":\"" + "x".repeat(9_000) + "\"}", JSON).statusCode())
                .isEqualTo(413);
        assertThat(registry.calls).isEmpty();
    }

    @Test
    void shouldLetOnlyAdministratorsManageTokensOfOthers() throws Exception {
        assertThat(post("{\"user\":\"ops\"}", JSON).statusCode()).isEqualTo(403);
        assertThat(server.get("/tokens?user=ops").statusCode()).isEqualTo(403);
        assertThat(server.send("DELETE", "/tokens/" + FakeRegistry.ID + "?user=ops", "")
                        .statusCode())
                .isEqualTo(403);
        server.setUser(TestServer.ADMIN);
        assertThat(post("{\"user\":\"ci\"}", JSON).statusCode()).isEqualTo(201);
        assertThat(server.get("/tokens?user=ci").statusCode()).isEqualTo(200);
        assertThat(server.get("/tokens?user=nobody").statusCode()).isEqualTo(404);
        assertThat(server.send("DELETE", "/tokens/" + FakeRegistry.ID + "?user=ci", "")
                        .statusCode())
                .isEqualTo(204);
    }

    @Test
    void shouldListTheTokensOfTheUser() throws Exception {
        assertThat(server.get("/tokens").body())
                .isEqualTo("{\"user\":\"ci\",\"tokens\":[{\"id\":\"" + FakeRegistry.ID
                        + "\",\"label\":\"agent\",\"created\":\"1970-01-01T00:00:00Z\",\"expires\":null,\"parent\":\"0000000000000000\","
                        + "\"kind\":\"token\",\"lastUsed\":\"1970-01-01T00:00:00Z\",\"current\":true}]}");
    }

    @Test
    void shouldRevokeATokenByItsId() throws Exception {
        assertThat(server.send("DELETE", "/tokens/" + FakeRegistry.ID, "").statusCode())
                .isEqualTo(204);
        assertThat(registry.calls).containsExactly("ci revokes ci " + FakeRegistry.ID);
        for (String none : new String[] {"agent", FakeRegistry.ID.substring(0, 8), "f".repeat(16)}) {
            assertThat(server.send("DELETE", "/tokens/" + none, "").statusCode())
                    .isEqualTo(404);
        }
        assertThat(registry.calls).hasSize(1);
    }

    @Test
    void shouldRevokeWithDescendantsAndAll() throws Exception {
        assertThat(server.send("DELETE", "/tokens/" + FakeRegistry.ID + "?descendants", "")
                        .statusCode())
                .isEqualTo(204);
        assertThat(server.send("DELETE", "/tokens?all", "").statusCode()).isEqualTo(204);
        assertThat(server.send("DELETE", "/tokens?all&user=ops", "").statusCode())
                .isEqualTo(403);
        assertThat(server.send("DELETE", "/tokens", "").statusCode()).isEqualTo(405);
        assertThat(registry.calls)
                .containsExactly(
                        "ci revokes ci " + FakeRegistry.ID + " with descendants",
                        "ci revokes ci all",
                        "ci revokes ops all");
    }

    @Test
    void shouldListTheAllowedMethods() throws Exception {
        HttpResponse<String> put = server.send("PUT", "/tokens", "x");
        assertThat(put.statusCode()).isEqualTo(405);
        assertThat(put.headers().firstValue("Allow")).contains("GET, HEAD, POST, OPTIONS");
        assertThat(server.get("/tokens/" + FakeRegistry.ID).statusCode()).isEqualTo(405);
    }
}
