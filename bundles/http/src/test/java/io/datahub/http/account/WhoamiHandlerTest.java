package io.datahub.http.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.record.ChangeJournal;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.test.http.TestServer;
import io.datahub.test.memory.MemoryChangeJournal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhoamiHandlerTest {

    @TempDir
    Path home;

    private final ChangeJournal journal = new MemoryChangeJournal();

    @Test
    void shouldReportTheUserAndItsGrants() throws Exception {
        TokenUsers users = new TokenUsers(Set.of("b", "a"), new Grant(Action.PUBLISH, "build.", "role a"));
        try (TestServer server = new TestServer(new WhoamiHandler(() -> home, users.registry, journal))) {
            server.setLogin(users.ci);

            assertThat(server.get("/whoami").body())
                    .isEqualTo("{\"user\":\"ci\",\"roles\":[\"a\",\"b\"],"
                            + "\"grants\":[{\"action\":\"publish\",\"what\":\"build.\",\"origin\":\"role a\"}],"
                            + "\"label\":\"agent\",\"expires\":null,\"credential\":\"token\","
                            + "\"id\":\"" + users.agent.id() + "\",\"lastUsed\":null,\"curveKey\":null,\"journal\":\""
                            + journal.head().epoch() + "\"}");
            assertThat(server.get("/whoami/x").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void shouldEvaluateConditions() throws Exception {
        try (TestServer server =
                new TestServer(new WhoamiHandler(() -> home, new TokenUsers(Set.of()).registry, journal))) {
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
        try (TestServer server =
                new TestServer(new WhoamiHandler(() -> home, new TokenUsers(Set.of()).registry, journal))) {
            assertThat(server.get("/whoami").body()).contains("\"curveKey\":\"" + "k".repeat(40) + "\"");
        }
    }
}
