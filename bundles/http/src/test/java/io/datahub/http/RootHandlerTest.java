package io.datahub.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.test.http.TestServer;
import org.junit.jupiter.api.Test;

class RootHandlerTest {

    @Test
    void shouldServeTheOverviewAtTheRootOnly() throws Exception {
        try (TestServer server = new TestServer(new RootHandler())) {
            assertThat(server.get("/").body()).contains("/files/");
            assertThat(server.get("/x").statusCode()).isEqualTo(404);
            assertThat(server.send("POST", "/", "").statusCode()).isEqualTo(405);
        }
    }

    @Test
    void shouldEvaluateConditions() throws Exception {
        try (TestServer server = new TestServer(new RootHandler())) {
            assertThat(server.get("/", "If-Match", "\"x\"").statusCode()).isEqualTo(412);
            assertThat(server.get("/", "If-None-Match", "*").statusCode()).isEqualTo(304);
            assertThat(server.get("/", "If-None-Match", "\"x\"").statusCode()).isEqualTo(200);
        }
    }
}
