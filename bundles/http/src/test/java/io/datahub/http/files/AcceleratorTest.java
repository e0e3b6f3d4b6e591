package io.datahub.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.http.HttpConfiguration;
import io.datahub.test.Configurations;
import io.datahub.test.DiskFolder;
import io.datahub.test.RenewingAuthenticator;
import io.datahub.test.http.TestServer;
import io.datahub.test.memory.MemoryRecordStore;
import io.datahub.test.memory.TestRecords;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceleratorTest {

    private static final String[] NGINX = {"X-Sendfile-Type", "X-Accel-Redirect"};

    @TempDir
    Path directory;

    private MemoryRecordStore store;
    private TestServer server;
    private Path link;

    @BeforeEach
    void start() throws Exception {
        Path home = Files.createDirectories(directory.resolve("home"));
        store = TestRecords.create();
        store.put("a.bin", "0123456789");
        server = new TestServer(new FilesHandler(
                store,
                new RenewingAuthenticator(),
                new DiskFolder(home),
                Configurations.of(HttpConfiguration.class, "accelLocation", "/served", "accelMinBytes", 10L)));
        RecordVersion version =
                store.find(TestServer.ADMIN, RecordPath.of("a.bin")).get();
        Instant modified = version.modified();
        long nanos = TimeUnit.SECONDS.toNanos(modified.getEpochSecond()) + modified.getNano();
        link = Files.createDirectories(home.resolve("cache/served"))
                .resolve(version.sha256().get() + "-" + nanos);
        Files.writeString(link, "0123456789");
        Files.setLastModifiedTime(link, FileTime.from(modified));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private String redirect(String... headers) throws Exception {
        String[] all = new String[headers.length + 2];
        System.arraycopy(NGINX, 0, all, 0, 2);
        System.arraycopy(headers, 0, all, 2, headers.length);
        return server.get("/files/a.bin", all)
                .headers()
                .firstValue("X-Accel-Redirect")
                .orElse("none");
    }

    @Test
    void shouldRedirectNginxToTheLinkWithTheMetadataHeaders() throws Exception {
        HttpResponse<String> response = server.get("/files/a.bin", NGINX);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
        assertThat(response.headers().firstValue("X-Accel-Redirect")).contains("/served/" + link.getFileName());
        assertThat(response.headers().map())
                .containsKeys("etag", "repr-digest", "content-type", "cache-control", "x-content-type-options");
        assertThat(redirect("Range", "bytes=2-3")).startsWith("/served/");
    }

    @ParameterizedTest
    @CsvSource({
        "Range, 'bytes=0-1,5-6'",
        "Range, bytes=99-",
        "If-Range, '\"v1\"'",
        "If-Match, '\"v1\"'",
        "If-None-Match, '\"v1\"'",
        "If-Unmodified-Since, 'Wed, 01 Jan 2031 00:00:00 GMT'"
    })
    void shouldHandleRequestsThatNginxCannot(String name, String value) throws Exception {
        assertThat(redirect(name, value)).isEqualTo("none");
    }

    @Test
    void shouldSendTheRecordItselfWithoutNginx() throws Exception {
        assertThat(server.get("/files/a.bin").body()).isEqualTo("0123456789");
    }

    @Test
    void shouldSendTheRecordItselfWithoutAMatchingLink() throws Exception {
        store.put("b.bin", "abcdefghij");
        store.put("small", "a");
        assertThat(server.get("/files/b.bin", NGINX).body()).isEqualTo("abcdefghij");
        assertThat(server.get("/files/small", NGINX).body()).isEqualTo("a");

        Files.writeString(link, "9876543210");

        assertThat(server.get("/files/a.bin", NGINX).body()).isEqualTo("0123456789");
    }

    @Test
    void shouldSendARecordItselfWhileItIsBeingModified() throws Exception {
        store.setEdited("a.bin");

        assertThat(server.get("/files/a.bin", NGINX).body()).isEqualTo("0123456789");
    }

    @Test
    void shouldRemoveStaleLinksAfterTheGracePeriod() throws Exception {
        Path links = link.getParent();
        Path kept = Files.createLink(links.resolve("kept"), Files.writeString(directory.resolve("record"), "x"));
        try (Accelerator accelerator = new Accelerator(Optional.of(links), "/served/", 0)) {
            accelerator.sweep(Instant.now().minusSeconds(600));
            assertThat(link).exists();

            accelerator.sweep(Instant.now().plusSeconds(600));

            assertThat(link).doesNotExist();
            assertThat(kept).exists();
        }
    }

    @Test
    void shouldKeepTheLinkDirectoryOnlyWhileEnabled() throws Exception {
        Path links = directory.resolve("other");
        try (Accelerator enabled = new Accelerator(Optional.of(links), "/served/", 0)) {
            enabled.sweep(Instant.now());
            assertThat(links).isDirectory();
        }
        Files.writeString(links.resolve("a"), "x");

        try (Accelerator disabled = new Accelerator(Optional.of(links), "", 0)) {
            disabled.sweep(Instant.now());
            assertThat(links).doesNotExist();
        }
    }
}
