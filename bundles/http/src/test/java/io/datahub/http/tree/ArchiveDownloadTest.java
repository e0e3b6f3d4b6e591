package io.datahub.http.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.http.HttpConfiguration;
import io.datahub.http.files.FilesHandler;
import io.datahub.test.Configurations;
import io.datahub.test.RenewingAuthenticator;
import io.datahub.test.http.TestServer;
import io.datahub.test.memory.MemoryRecordStore;
import io.datahub.test.memory.TestRecords;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bytes of archives are tested by the system tests, with other programs that read them. */
class ArchiveDownloadTest {

    private MemoryRecordStore store;
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        store = TestRecords.create();
        server = new TestServer(
                new FilesHandler(store, new RenewingAuthenticator(), null, Configurations.of(HttpConfiguration.class)));
        store.put("a/b", "text");
        store.put("c", "other");
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void shouldNameTheFileByTheDirectory() throws Exception {
        HttpResponse<String> directory = server.send("GET", "/files/a/?archive=tar", "");
        HttpResponse<String> root = server.send("HEAD", "/files/?archive=zip", "");

        assertThat(directory.headers().firstValue("Content-Disposition")).contains("attachment; filename=\"a.tar\"");
        assertThat(directory.headers().firstValue("Content-Type")).contains("application/x-tar");
        assertThat(root.headers().firstValue("Content-Disposition")).contains("attachment; filename=\"files.zip\"");
        assertThat(root.statusCode()).isEqualTo(200);
        assertThat(root.body()).isEmpty();
    }

    @Test
    void shouldContainOnlyTheEntriesThatAreNamed() throws Exception {
        String body = server.send("GET", "/files/?archive=tar&name=c&name=nothing", "")
                .body();

        assertThat(body).contains("other").doesNotContain("text");
    }

    @Test
    void shouldEvaluateConditions() throws Exception {
        assertThat(server.send("GET", "/files/a/?archive=zip", "", "If-Match", "\"x\"")
                        .statusCode())
                .isEqualTo(412);
    }

    @Test
    void shouldRefuseOtherFormatsAndMissingDirectories() throws Exception {
        assertThat(server.send("GET", "/files/a/?archive=rar", "").statusCode()).isEqualTo(400);
        assertThat(server.send("GET", "/files/none/?archive=zip", "").statusCode())
                .isEqualTo(404);
        assertThat(server.send("GET", "/files/c?archive=zip", "").statusCode()).isEqualTo(400);
    }
}
