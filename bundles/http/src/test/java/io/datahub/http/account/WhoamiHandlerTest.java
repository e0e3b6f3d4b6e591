package io.datahub.http.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.http.FakeRegistry;
import io.datahub.http.TestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhoamiHandlerTest {

    @TempDir
    Path home;

    @Test
    void shouldReportTheUserAndItsGrants() throws Exception {
        try (TestServer server = new TestServer(new WhoamiHandler(() -> home, new FakeRegistry()))) {
            server.setUser(new User("ci", Set.of("b", "a"), List.of(new Grant(Action.PUBLISH, "build.", "role a"))));

            assertThat(server.get("/whoami").body())
                    .isEqualTo("{\"user\":\"ci\",\"roles\":[\"a\",\"b\"],"
                            + "\"grants\":[{\"action\":\"publish\",\"what\":\"build.\",\"origin\":\"role a\"}],"
                            + "\"label\":\"agent\",\"expires\":null,\"credential\":\"token\","
                            + "\"id\":\"0123456789abcdef\",\"lastUsed\":\"1970-01-01T00:00:00Z\",\"curveKey\":null}");
            assertThat(server.get("/whoami/x").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void shouldEvaluateConditions() throws Exception {
        try (TestServer server = new TestServer(new WhoamiHandler(() -> home, new FakeRegistry()))) {
            assertThat(server.get("/whoami", "If-Match", "\"x\"").statusCode()).isEqualTo(412);
            assertThat(server.get("/whoami", "If-None-Match", "*").statusCode()).isEqualTo(304);
            assertThat(server.get("/whoami", "If-None-Match", "\"x\"").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void shouldReportTheCurveKeyIfItExists() throws Exception {
        Files.createDirectories(home.resolve("state"));
        Files.writeString(home.resolve("state/curve.pub"), "k".repeat(40) + "\n");
        try (TestServer server = new TestServer(new WhoamiHandler(() -> home, new FakeRegistry()))) {
            assertThat(server.get("/whoami").body()).contains("\"curveKey\":\"" + "k".repeat(40) + "\"");
        }
    }
}
