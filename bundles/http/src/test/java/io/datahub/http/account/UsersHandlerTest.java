package io.datahub.http.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.test.http.TestServer;
import io.datahub.test.memory.MemoryDefinitions;
import io.datahub.test.memory.MemoryRegistry;
import io.datahub.test.memory.MemoryUsers;
import java.net.InetAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsersHandlerTest {

    private static final String TOKEN = "the administrator's token";
    private static final String GRANTED =
            "{\"roles\":[\"monitor\"],\"grants\":[{\"action\":\"create\",\"what\":\"builds/{user}/\"}]}";

    private TestServer server;

    @BeforeEach
    void setUp() throws Exception {
        MemoryUsers users = new MemoryUsers()
                .with(new User("ops", Set.of(User.ADMIN), List.of()))
                .with("ops", TOKEN)
                .with(new User("ci", Set.of(), List.of()));
        MemoryRegistry registry = new MemoryRegistry(users);
        server = new TestServer(new UsersHandler(new MemoryDefinitions(users), registry));
        Login ops = users.authenticate(
                        new Credentials.Token(Optional.empty(), TOKEN.getBytes(StandardCharsets.UTF_8)),
                        new Origin("http", InetAddress.getLoopbackAddress(), true))
                .toCompletableFuture()
                .join()
                .get();
        server.setLogin(ops);
    }

    @AfterEach
    void tearDown() throws Exception {
        server.close();
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        return server.send(method, path, body, headers);
    }

    private static String etag(HttpResponse<String> response) {
        return response.headers().firstValue("ETag").orElseThrow();
    }

    @Test
    void shouldListUsersWithAnEntityTag() throws Exception {
        HttpResponse<String> all = send("GET", "/users", "");

        assertThat(all.statusCode()).isEqualTo(200);
        assertThat(all.body())
                .isEqualTo("{\"users\":[{\"name\":\"ci\",\"disabled\":false,\"roles\":[],\"grants\":[],\"trust\":[],"
                        + "\"credentials\":[]},{\"name\":\"ops\",\"disabled\":false,\"roles\":[\"admin\"],"
                        + "\"grants\":[],\"trust\":[],\"credentials\":[]}]}");
        assertThat(send("GET", "/users", "", "If-None-Match", etag(all)).statusCode())
                .isEqualTo(304);
    }

    @Test
    void shouldCreateReplaceAndDeleteAUser() throws Exception {
        HttpResponse<String> created = send("POST", "/users", "{\"name\":\"bob\",\"roles\":[\"monitor\"]}");
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(created.headers().firstValue("Location")).contains("/users/bob");
        assertThat(send("POST", "/users", "{\"name\":\"bob\"}").statusCode()).isEqualTo(409);

        HttpResponse<String> present = send("GET", "/users/bob", "");
        assertThat(present.body()).isEqualTo(created.body());
        assertThat(etag(present)).isEqualTo(etag(created));

        HttpResponse<String> replaced = send("PUT", "/users/bob", "{\"disabled\":true}", "If-Match", etag(created));
        assertThat(replaced.statusCode()).isEqualTo(200);
        assertThat(replaced.body()).contains("\"disabled\":true", "\"roles\":[]");
        assertThat(send("DELETE", "/users/bob", "", "If-Match", etag(created)).statusCode())
                .isEqualTo(412);
        assertThat(send("DELETE", "/users/bob", "", "If-Match", etag(replaced)).statusCode())
                .isEqualTo(204);
        assertThat(send("GET", "/users/bob", "").statusCode()).isEqualTo(404);
        assertThat(send("DELETE", "/users/bob", "").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldStoreWhatItShows() throws Exception {
        send("POST", "/users/ci/grants", GRANTED);
        String shown = send("GET", "/users/ci", "").body();
        HttpResponse<String> again = send("PUT", "/users/ci", shown);
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(shown);
    }

    @Test
    void shouldCreateWithPutOnlyIfThereIsNone() throws Exception {
        assertThat(send("PUT", "/users/bob", "{}", "If-None-Match", "*").statusCode())
                .isEqualTo(201);
        assertThat(send("PUT", "/users/bob", "{}", "If-None-Match", "*").statusCode())
                .isEqualTo(412);
        assertThat(send("PUT", "/users/eve", "{}", "If-Match", "*").statusCode())
                .isEqualTo(412);
    }

    @Test
    void shouldGrantAndRevoke() throws Exception {
        HttpResponse<String> granted = send("POST", "/users/ci/grants", GRANTED);
        assertThat(granted.statusCode()).isEqualTo(200);
        assertThat(granted.body())
                .contains(
                        "\"roles\":[\"monitor\"]", "\"grants\":[{\"action\":\"create\",\"what\":\"builds/{user}/\"}]");
        assertThat(send("POST", "/users/ci/grants", GRANTED).body()).isEqualTo(granted.body());

        HttpResponse<String> revoked = send(
                "DELETE", "/users/ci/grants?create=builds/%7Buser%7D/&role=monitor", "", "If-Match", etag(granted));
        assertThat(revoked.statusCode()).isEqualTo(200);
        assertThat(revoked.body()).contains("\"roles\":[]", "\"grants\":[]");
        assertThat(send("DELETE", "/users/ci/grants?role=monitor", "").statusCode())
                .isEqualTo(404);
        assertThat(send("DELETE", "/users/ci/grants", "").statusCode()).isEqualTo(400);
        assertThat(send("DELETE", "/users/ci/grants?delete=x", "").statusCode()).isEqualTo(400);
        assertThat(send("POST", "/users/bob/grants", GRANTED).statusCode()).isEqualTo(404);
    }

    @Test
    void shouldExplain() throws Exception {
        send("POST", "/users/ci/grants", GRANTED);
        assertThat(send("GET", "/users/ci/explain?create=builds/ci/x", "").body())
                .contains("\"allowed\":true", "create");
        assertThat(send("GET", "/users/ci/explain?write=builds/ci/x", "").body())
                .isEqualTo("{\"allowed\":false,\"reasons\":[\"no grant covers it\"]}");
        assertThat(send("GET", "/users/ci/explain?delete=x", "").statusCode()).isEqualTo(400);
        assertThat(send("GET", "/users/ci/explain?read=../x", "").statusCode()).isEqualTo(400);
        assertThat(send("GET", "/users/nobody/explain?read=x", "").statusCode()).isEqualTo(404);
        assertThat(send("POST", "/users/ci/explain?read=x", "").statusCode()).isEqualTo(405);
        assertThat(send("GET", "/users/ci/explain?read=x", "", "If-Match", "\"x\"")
                        .statusCode())
                .isEqualTo(412);
    }

    @Test
    void shouldManageTokens() throws Exception {
        HttpResponse<String> issued = send("POST", "/users/ci/tokens", "{\"label\":\"agent\"}");
        assertThat(issued.statusCode()).isEqualTo(201);
        assertThat(issued.body()).contains("\"token\":\"dh_", "\"user\":\"ci\"");
        assertThat(send("GET", "/users/ci/tokens", "").body()).contains("\"label\":\"agent\"");
        String id = issued.body().replaceFirst(".*\"id\":\"(\\w+)\".*", "$1");
        assertThat(send("DELETE", "/users/ci/tokens/" + id, "").statusCode()).isEqualTo(204);
        assertThat(send("DELETE", "/users/ci/tokens/" + id, "").statusCode()).isEqualTo(404);
        assertThat(send("POST", "/users/ci/tokens", "{\"user\":\"ops\"}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void shouldPassOnWhatTheValidatorRefuses() throws Exception {
        assertThat(send("DELETE", "/users/ops", "").statusCode()).isEqualTo(422);
        assertThat(send("PUT", "/users/ci", "{\"roles\":[\"nurse\"]}").statusCode())
                .isEqualTo(422);
        assertThat(send(
                                "PUT",
                                "/users/ci",
                                "{\"trust\":[{\"issuer\":\"https://a.example\",\"audience\":\"\","
                                        + "\"claims\":{\"sub\":\"x\"}}]}")
                        .statusCode())
                .isEqualTo(422);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"name\":\"bob\"}{}",
                "{\"roles\":\"ci\"}",
                "{\"roles\":[\"a b\"]}",
                "{\"role\":[]}",
                "{\"disabled\":\"true\"}",
                "{\"grants\":[{\"action\":\"delete\",\"what\":\"\"}]}",
                "{\"grants\":[{\"action\":\"read\"}]}",
                "{\"grants\":[{\"action\":\"read\",\"what\":1}]}",
                "{\"name\":\"ci\",\"name\":\"ci\"}",
                "{\"name\":\"eve\"}",
                "{\"trust\":[{\"claims\":{\"a\":{}}}]}",
                "{\"grants\":[[[[[[[[[[]]]]]]]]]]}"
            })
    void shouldRefuseWhatIsNoUser(String body) throws Exception {
        assertThat(send("PUT", "/users/ci", body).statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"name":5}                                          | name must be a text
            {"disabled":0}                                      | disabled must be true or false
            {"roles":7}                                         | roles must be a list
            {"grants":[1.5]}                                    | a grant must be an object
            {"trust":[{"claims":{"repository_id":12345}}]}      | the value of the claim repository_id must be a text
                                                                | the body must be a JSON object
            """)
    void shouldNameTheWrongField(String body, String detail) throws Exception {
        HttpResponse<String> response = send("PUT", "/users/ci", body == null ? "" : body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains(detail);
    }

    @Test
    void shouldRefuseOtherMethodsAndPaths() throws Exception {
        assertThat(send("DELETE", "/users", "").statusCode()).isEqualTo(405);
        assertThat(send("POST", "/users/ci", "{}").statusCode()).isEqualTo(405);
        assertThat(send("GET", "/users/ci/grants", "").statusCode()).isEqualTo(405);
        assertThat(send("PUT", "/users/ci/tokens", "{}").statusCode()).isEqualTo(405);
        assertThat(send("GET", "/users/ci/keys", "").statusCode()).isEqualTo(404);
        assertThat(send("GET", "/users/ci/tokens/a/b", "").statusCode()).isEqualTo(404);
        assertThat(send("PUT", "/users/ci", "x".repeat(70_000)).statusCode()).isEqualTo(413);
    }
}
