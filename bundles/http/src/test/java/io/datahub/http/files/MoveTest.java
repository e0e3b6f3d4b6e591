package io.datahub.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.path.RecordPath;
import io.datahub.http.HttpConfiguration;
import io.datahub.test.Configurations;
import io.datahub.test.RenewingAuthenticator;
import io.datahub.test.http.TestServer;
import io.datahub.test.memory.MemoryRecordStore;
import io.datahub.test.memory.TestRecords;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MoveTest {

    private MemoryRecordStore store;
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        store = TestRecords.create();
        server = new TestServer(
                new FilesHandler(store, new RenewingAuthenticator(), null, Configurations.of(HttpConfiguration.class)));
        store.put("a/old name", "text");
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private HttpResponse<String> move(String path, String destination, String... headers) throws Exception {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "Destination";
        all[headers.length + 1] = destination;
        return server.send("MOVE", path, "", all);
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElseThrow();
    }

    @Test
    void shouldMoveARecordAndAnswerAsToAWrite() throws Exception {
        HttpResponse<String> response = move("/files/a/old%20name", "/files/b/new%20name%25");

        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(header(response, "Location")).isEqualTo("/files/b/new%20name%25");
        assertThat(header(response, "ETag")).isEqualTo("\"v2\"");
        assertThat(response.body()).contains("\"path\":\"b/new name%\"", "\"size\":4", "\"sequence\":2");
        assertThat(store.records()).containsOnlyKeys(RecordPath.of("b/new name%"));
        assertThat(store.lastMove().user()).isEqualTo(TestServer.ADMIN);
    }

    @Test
    void shouldReplaceARecordUnlessThatIsForbidden() throws Exception {
        store.put("b", "old");

        assertThat(move("/files/a/old%20name", "/files/b", "Overwrite", "F").statusCode())
                .isEqualTo(412);
        assertThat(move("/files/a/old%20name", "/files/b", "Overwrite", "yes").statusCode())
                .isEqualTo(400);
        assertThat(move("/files/a/old%20name", "/files/b").statusCode()).isEqualTo(200);
        assertThat(store.records()).containsOnlyKeys(RecordPath.of("b"));
    }

    @Test
    void shouldApplyPreconditionsToTheOldPath() throws Exception {
        assertThat(move("/files/a/old%20name", "/files/b", "If-Match", "\"v9\"").statusCode())
                .isEqualTo(412);
        assertThat(move("/files/a/old%20name", "/files/b", "If-Match", "\"v1\"").statusCode())
                .isEqualTo(201);
    }

    @Test
    void shouldMoveADirectory() throws Exception {
        store.put("a/deep/x", "x");
        HttpResponse<String> response = move("/files/a/", "/files/b/");

        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(header(response, "Location")).isEqualTo("/files/b/");
        assertThat(response.body()).isEqualTo("{\"path\":\"b\",\"moved\":2}");
    }

    @Test
    void shouldRefuseASlashAfterARecord() throws Exception {
        assertThat(move("/files/a/old%20name/", "/files/b").statusCode()).isEqualTo(409);
        assertThat(move("/files/a/old%20name", "/files/b/").statusCode()).isEqualTo(409);
    }

    @Test
    void shouldAcceptUrlsOfThisHubOnly() throws Exception {
        String own = "http://127.0.0.1:" + server.port();

        assertThat(move("/files/a/old%20name", "https://other.example/files/b").statusCode())
                .isEqualTo(502);
        assertThat(move("/files/a/old%20name", own + "/files/b").statusCode()).isEqualTo(201);
        assertThat(move("/files/b", own.toUpperCase(java.util.Locale.ROOT) + "/files/./c")
                        .statusCode())
                .isEqualTo(201);
        assertThat(store.records()).containsOnlyKeys(RecordPath.of("c"));
    }

    @Test
    void shouldAcceptTheHostAndThePrefixOfAProxy() throws Exception {
        assertThat(move(
                                "/files/a/old%20name",
                                "https://hub.example:443/datahub/files/b",
                                "X-Forwarded-Host",
                                "hub.example",
                                "X-Forwarded-Prefix",
                                "/datahub/")
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void shouldAcceptThePublicUrl() throws Exception {
        store.setPublicUrl("https://hub.example/datahub/");
        String from = "/files/a/old%20name";
        for (String to : List.of("https://hub.example/datahub/files/b", "/datahub/files/c", "/files/d")) {
            assertThat(move(from, to).statusCode()).isEqualTo(201);
            from = to.substring(to.indexOf("/files/"));
        }
        assertThat(move(from, "https://hub.example/other/files/b").statusCode()).isEqualTo(400);
        assertThat(store.records()).containsOnlyKeys(RecordPath.of("d"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b",
                "/b",
                "/files",
                "/files/a/../b",
                "/files/a/%2e%2E/b",
                "/files//b",
                "/files/a%2Fb",
                "/files/a%5Cb",
                "/files/a%00b",
                "/files/a%zzb",
                "/files/a%ffb",
                "/files/b?x",
                "/files/b#x",
                "/files/;x/b",
                "ftp://127.0.0.1/files/b",
                "//127.0.0.1/files/b"
            })
    void shouldRefuseDestinationsByTheRulesOfPaths(String destination) throws Exception {
        assertThat(move("/files/a/old%20name", destination).statusCode()).isEqualTo(400);
        assertThat(store.records()).containsOnlyKeys(RecordPath.of("a/old name"));
    }

    @Test
    void shouldRefuseAMoveWithoutDestinationOrWithABody() throws Exception {
        assertThat(server.send("MOVE", "/files/a/old%20name", "").statusCode()).isEqualTo(400);
        assertThat(server.send("MOVE", "/files/a/old%20name", "body", "Destination", "/files/b")
                        .statusCode())
                .isEqualTo(415);
        assertThat(move("/files/a/old%20name?dry-run", "/files/b").statusCode()).isEqualTo(400);
        assertThat(move("/files/none", "/files/b").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldCreateADirectory() throws Exception {
        HttpResponse<String> response = server.send("PUT", "/files/new/dir/", "");

        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(header(response, "Location")).isEqualTo("/files/new/dir/");
        assertThat(response.body()).isEqualTo("{\"path\":\"new/dir\"}");
        assertThat(store.lastWrite().path()).isEqualTo(RecordPath.of("new/dir"));
        assertThat(server.send("PUT", "/files/a/", "").statusCode()).isEqualTo(200);
        assertThat(server.send("PUT", "/files/a/", "body").statusCode()).isEqualTo(415);
        assertThat(server.send("PUT", "/files/a/old%20name/", "").statusCode()).isEqualTo(409);
        String chunked = "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
        assertThat(server.wire("PUT /files/x/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + chunked))
                .startsWith("HTTP/1.1 415");
    }

    @ParameterizedTest
    @CsvSource({
        "1551676007, 2019-03-04T05:06:47Z",
        "1551676007.5, 2019-03-04T05:06:47.500Z",
        "-1.25, 1969-12-31T23:59:58.750Z"
    })
    void shouldKeepTheTimeOfTheClient(String header, Instant time) throws Exception {
        HttpResponse<String> response = server.send("PUT", "/files/new", "x", "X-OC-Mtime", header);

        assertThat(store.lastWrite().clientModified()).contains(time);
        assertThat(response.statusCode()).isEqualTo(201);
    }

    @Test
    void shouldRefuseATimeThatIsNone() throws Exception {
        assertThat(server.send("PUT", "/files/new", "x", "X-OC-Mtime", "yesterday")
                        .statusCode())
                .isEqualTo(400);
    }
}
