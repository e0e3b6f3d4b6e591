package io.datahub.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.validation.PublishedSchema;
import io.datahub.test.http.TestServer;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SchemasHandlerTest {

    private static final PublishedSchema SCHEMA = new PublishedSchema() {
        @Override
        public String name() {
            return "a.xsd";
        }

        @Override
        public String mediaType() {
            return "application/xml";
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream("<schema/>".getBytes(StandardCharsets.UTF_8));
        }
    };

    @Test
    void shouldEvaluateConditions() throws Exception {
        SchemasHandler handler = new SchemasHandler();
        handler.bindSchema(SCHEMA);
        try (TestServer server = new TestServer(handler)) {
            assertThat(server.get("/schemas/a.xsd", "If-Match", "\"x\"").statusCode())
                    .isEqualTo(412);
            assertThat(server.get("/schemas/a.xsd", "If-None-Match", "*").statusCode())
                    .isEqualTo(304);
            assertThat(server.get("/schemas/a.xsd", "If-None-Match", "\"x\"").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void shouldServeRegisteredSchemasWithoutAuthentication() throws Exception {
        SchemasHandler handler = new SchemasHandler();
        handler.bindSchema(SCHEMA);
        try (TestServer server = new TestServer(handler)) {
            server.setUser(null);

            HttpResponse<String> found = server.get("/schemas/a.xsd");
            assertThat(found.statusCode()).isEqualTo(200);
            assertThat(found.body()).isEqualTo("<schema/>");
            assertThat(found.headers().firstValue("Content-Type")).contains("application/xml");
            assertThat(server.send("HEAD", "/schemas/a.xsd", "").body()).isEmpty();
            assertThat(server.send("PUT", "/schemas/a.xsd", "x").statusCode()).isEqualTo(405);
            for (String other : new String[] {"/schemas", "/schemas/", "/schemas/b.xsd", "/schemas/a.xsd/"}) {
                assertThat(server.get(other).statusCode()).isEqualTo(404);
            }
            handler.unbindSchema(SCHEMA);
            assertThat(server.get("/schemas/a.xsd").statusCode()).isEqualTo(404);
        }
    }
}
