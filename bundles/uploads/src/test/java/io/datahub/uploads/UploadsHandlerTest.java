package io.datahub.uploads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Precondition;
import io.datahub.api.user.User;
import io.datahub.test.Configurations;
import io.datahub.test.RenewingAuthenticator;
import io.datahub.test.http.TestServer;
import io.datahub.test.memory.MemoryLastingDrafts;
import io.datahub.test.memory.MemoryRecordStore;
import io.datahub.test.memory.TestRecords;
import io.tus.java.client.TusClient;
import io.tus.java.client.TusUpload;
import io.tus.java.client.TusUploader;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UploadsHandlerTest {

    private static final String BYTES = "application/offset+octet-stream";

    private static final User OPS = new User("ops", Set.of(), List.of());

    private final MemoryRecordStore store = TestRecords.create();
    private final MemoryLastingDrafts uploads =
            new MemoryLastingDrafts(store::begin, Instant.parse("2026-11-08T09:00:00Z"), 1_000_000);
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(new UploadsHandler(
                        uploads,
                        new RenewingAuthenticator(),
                        Configurations.of(UploadsConfiguration.class, "directory", "")))
                .withHeader("Tus-Resumable", "1.0.0");
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse(null);
    }

    private String create(String path, int length, String... headers) throws Exception {
        String[] all = new String[headers.length + 4];
        all[0] = "Upload-Length";
        all[1] = Integer.toString(length);
        all[2] = "Upload-Metadata";
        all[3] = "filename eA==,path " + base64(path);
        System.arraycopy(headers, 0, all, 4, headers.length);
        HttpResponse<String> response = server.send("POST", "/uploads", "", all);
        assertThat(response.statusCode()).isEqualTo(201);
        return header(response, "Location");
    }

    private HttpResponse<String> patch(String upload, int offset, String body, String... headers) throws Exception {
        String[] all = new String[headers.length + 4];
        all[0] = "Upload-Offset";
        all[1] = Integer.toString(offset);
        all[2] = "Content-Type";
        all[3] = BYTES;
        System.arraycopy(headers, 0, all, 4, headers.length);
        return server.send("PATCH", upload, body, all);
    }

    private List<String> paths() {
        return store.records().keySet().stream().map(RecordPath::toString).toList();
    }

    private String text(String path) {
        return new String(store.records().get(RecordPath.of(path)), StandardCharsets.UTF_8);
    }

    private static String checksum(String algorithm, String text) {
        String hash = TestRecords.hash(algorithm, text.getBytes(StandardCharsets.UTF_8));
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hash));
    }

    @Test
    void shouldReportItsCapabilities() throws Exception {
        HttpResponse<String> response = server.send("OPTIONS", "/uploads", "", "Tus-Resumable", "9.9.9");

        assertThat(response.statusCode()).isEqualTo(204);
        assertThat(header(response, "Tus-Resumable")).isEqualTo("1.0.0");
        assertThat(header(response, "Tus-Version")).isEqualTo("1.0.0");
        assertThat(header(response, "Tus-Max-Size")).isEqualTo("1000000");
        assertThat(header(response, "Tus-Extension"))
                .isEqualTo(
                        "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination,concatenation");
        assertThat(header(response, "Tus-Checksum-Algorithm")).isEqualTo("sha1,sha256,sha512,md5");
    }

    @Test
    void shouldAcceptAnUploadInChunks() throws Exception {
        String upload = create("builds/grün app.tgz", 8);

        HttpResponse<String> first = patch(upload, 0, "four");
        HttpResponse<String> head = server.send("HEAD", upload, "");
        HttpResponse<String> second = patch(upload, 4, "more");

        assertThat(first.statusCode()).isEqualTo(204);
        assertThat(header(first, "Upload-Offset")).isEqualTo("4");
        assertThat(header(first, "Upload-Expires")).isEqualTo("Sun, 08 Nov 2026 09:00:00 GMT");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(header(head, "Upload-Offset")).isEqualTo("4");
        assertThat(header(head, "Upload-Length")).isEqualTo("8");
        assertThat(header(head, "Upload-Metadata")).startsWith("filename eA==,path ");
        assertThat(header(head, "Cache-Control")).isEqualTo("no-store");
        assertThat(second.statusCode()).isEqualTo(204);
        assertThat(header(second, "Upload-Offset")).isEqualTo("8");
        assertThat(header(second, "ETag")).isEqualTo("\"v1\"");
        assertThat(header(second, "Content-Location")).isEqualTo("/files/builds/gr%C3%BCn%20app.tgz");
        assertThat(header(second, "Repr-Digest")).isEqualTo("sha-256=:" + checksum("SHA-256", "fourmore") + ":");
        assertThat(text("builds/grün app.tgz")).isEqualTo("fourmore");
        HttpResponse<String> after = server.send("HEAD", upload, "");
        assertThat(header(after, "Upload-Offset")).isEqualTo("8");
        assertThat(header(after, "ETag")).isEqualTo("\"v1\"");
    }

    @Test
    void shouldAcceptBytesWithTheCreation() throws Exception {
        HttpResponse<String> response = server.send(
                "POST",
                "/uploads/",
                "four",
                "Upload-Length",
                "4",
                "Upload-Metadata",
                "path " + base64("a"),
                "Content-Type",
                BYTES);

        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(header(response, "Upload-Offset")).isEqualTo("4");
        assertThat(header(response, "Location")).startsWith("/uploads/");
        assertThat(response.body())
                .startsWith("{\"path\":\"a\",\"url\":\"/files/a\",\"size\":4,")
                .contains("\"sequence\":1");
        assertThat(paths()).contains("a");
    }

    @Test
    void shouldCreateAnEmptyRecordImmediately() throws Exception {
        create("empty", 0);

        assertThat(text("empty")).isEmpty();
    }

    @Test
    void shouldRemoveTheUploadWhenACreationWithBytesIsRefused() throws Exception {
        HttpResponse<String> response = server.send(
                "POST",
                "/uploads",
                "wrong",
                "Upload-Length",
                "5",
                "Upload-Metadata",
                "path " + base64("a"),
                "Content-Type",
                BYTES);

        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(header(response, "Location")).isNull();
        assertThat(header(response, "Upload-Offset")).isNull();
        assertThat(uploads.names()).isEmpty();
    }

    @Test
    void shouldVerifyTheChecksumOfAChunk() throws Exception {
        String upload = create("a", 8);

        HttpResponse<String> wrong = patch(upload, 0, "four", "Upload-Checksum", "sha1 " + checksum("SHA-1", "f0ur"));
        HttpResponse<String> right = patch(upload, 0, "four", "Upload-Checksum", "sha1 " + checksum("SHA-1", "four"));
        HttpResponse<String> unknown = patch(upload, 4, "more", "Upload-Checksum", "crc99 AAAA");

        assertThat(wrong.statusCode()).isEqualTo(460);
        assertThat(right.statusCode()).isEqualTo(204);
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(header(server.send("HEAD", upload, ""), "Upload-Offset")).isEqualTo("4");
    }

    @Test
    void shouldRefuseMalformedRequests() throws Exception {
        String upload = create("a", 8);
        String path = "path " + base64("a");

        assertThat(patch(upload, 3, "x").statusCode()).isEqualTo(409);
        assertThat(patch(upload, 0, "far too long").statusCode()).isEqualTo(413);
        assertThat(server.send("PATCH", upload, "x", "Upload-Offset", "0").statusCode())
                .isEqualTo(415);
        assertThat(server.send("PATCH", upload, "x", "Content-Type", BYTES).statusCode())
                .isEqualTo(400);
        HttpResponse<String> version = server.send("HEAD", upload, "", "Tus-Resumable", "0.2.2");
        assertThat(version.statusCode()).isEqualTo(412);
        assertThat(header(version, "Tus-Version")).isEqualTo("1.0.0");
        assertThat(server.send("POST", "/uploads", "", "Upload-Length", "-1", "Upload-Metadata", path)
                        .statusCode())
                .isEqualTo(400);
        assertThat(server.send("POST", "/uploads", "", "Upload-Length", "1").statusCode())
                .isEqualTo(400);
        assertThat(server.send("POST", "/uploads", "x", "Upload-Length", "1", "Upload-Metadata", path)
                        .statusCode())
                .isEqualTo(415);
        for (String metadata : new String[] {"path", "path *", "path Li4v", path + "," + path, "path /w=="}) {
            assertThat(server.send("POST", "/uploads", "", "Upload-Length", "1", "Upload-Metadata", metadata)
                            .statusCode())
                    .as(metadata)
                    .isEqualTo(400);
        }
        assertThat(server.send("GET", upload, "").statusCode()).isEqualTo(405);
        assertThat(server.send("GET", "/uploads", "").statusCode()).isEqualTo(405);
        assertThat(server.send("HEAD", "/uploads/../x", "").statusCode()).isBetween(400, 404);
        assertThat(server.send("HEAD", "/uploads/0", "").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldForwardRefusalsOfTheStore() throws Exception {
        server.setUser(new User("ops", Set.of(), List.of()));
        HttpResponse<String> response = server.send(
                "POST", "/uploads", "", "Upload-Length", "1", "Upload-Metadata", "path " + base64("closed"));

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(header(response, "Tus-Resumable")).isEqualTo("1.0.0");
    }

    @Test
    void shouldRefuseContentEncodingAndDateConditions() throws Exception {
        String upload = create("a", 4);
        String date = "Sun, 23 Nov 2025 10:00:00 GMT";

        for (String method : new String[] {"PATCH", "DELETE"}) {
            assertThat(server.send(method, upload, "", "Content-Encoding", "gzip")
                            .statusCode())
                    .isEqualTo(415);
            assertThat(server.send(method, upload, "", "If-Unmodified-Since", date)
                            .statusCode())
                    .isEqualTo(412);
        }
    }

    @Test
    void shouldStoreTheConditionsWithTheUpload() throws Exception {
        String upload = create("a", 4, "If-None-Match", "*");

        Map<String, String> notes =
                uploads.find(OPS, upload.substring("/uploads/".length())).get().notes();
        Precondition precondition = UploadConditions.of(notes).get();
        assertThat(precondition.holds(Optional.empty())).isTrue();
        assertThat(precondition.holds(Optional.of(new io.datahub.api.record.RecordVersion(
                        null, 1, java.time.Instant.EPOCH, Optional.of("\"x\""), Optional.empty()))))
                .isFalse();
    }

    @Test
    void shouldRefuseMalformedConditions() throws Exception {
        HttpResponse<String> response = server.send(
                "POST",
                "/uploads",
                "",
                "Upload-Length",
                "4",
                "Upload-Metadata",
                "path " + base64("a"),
                "If-Match",
                "v1");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(uploads.names()).isEmpty();
    }

    @Test
    void shouldEvaluateConditionsOnAnUpload() throws Exception {
        String upload = create("a", 8);

        assertThat(patch(upload, 0, "four", "If-Match", "\"v1\"").statusCode()).isEqualTo(412);
        assertThat(patch(upload, 0, "four", "If-None-Match", "*").statusCode()).isEqualTo(412);
        assertThat(server.send("DELETE", upload, "", "If-Match", "\"v1\"").statusCode())
                .isEqualTo(412);
        assertThat(server.send("DELETE", upload, "", "If-None-Match", "*").statusCode())
                .isEqualTo(412);
        assertThat(server.send("HEAD", upload, "", "If-Match", "\"v1\"").statusCode())
                .isEqualTo(412);
        assertThat(header(server.send("HEAD", upload, ""), "Upload-Offset")).isEqualTo("0");
        assertThat(patch(upload, 0, "four", "If-Match", "*").statusCode()).isEqualTo(204);
        assertThat(patch(upload, 4, "more", "If-None-Match", "\"v1\"").statusCode())
                .isEqualTo(204);
        assertThat(server.send("HEAD", upload, "", "If-Match", "\"v1\"").statusCode())
                .isEqualTo(200);
        assertThat(server.send("HEAD", upload, "", "If-None-Match", "\"v1\"").statusCode())
                .isEqualTo(304);
        assertThat(server.send("DELETE", upload, "", "If-Match", "*").statusCode())
                .isEqualTo(204);
    }

    @Test
    void shouldAcceptTheConditionsOfTheCreationWithEachRequest() throws Exception {
        String upload = create("a", 8, "If-None-Match", "*");

        assertThat(patch(upload, 0, "four", "If-None-Match", "*").statusCode()).isEqualTo(204);
        assertThat(server.send("HEAD", upload, "", "If-None-Match", "*").statusCode())
                .isEqualTo(200);
        assertThat(server.send("DELETE", upload, "", "If-None-Match", "*").statusCode())
                .isEqualTo(204);
    }

    @Test
    void shouldTerminateAnUploadOnRequest() throws Exception {
        String upload = create("a", 8);

        assertThat(server.send("DELETE", upload, "").statusCode()).isEqualTo(204);
        assertThat(server.send("HEAD", upload, "").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldKeepTheBytesReceivedBeforeADisconnect() throws Exception {
        String upload = create("a", 8);
        server.sendAndClose(
                "PATCH " + upload + " HTTP/1.1\r\nHost: h\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: "
                        + BYTES + "\r\nContent-Length: 8\r\n\r\nfour");

        String name = upload.substring("/uploads/".length());
        await().until(() -> uploads.find(OPS, name).get().size() == 4);
        assertThat(header(server.send("HEAD", upload, ""), "Upload-Offset")).isEqualTo("4");
    }

    @Test
    void shouldServeTheJavaClient() throws Exception {
        byte[] bytes = "many bytes in small chunks".repeat(1000).getBytes(StandardCharsets.UTF_8);
        TusClient client = new TusClient();
        client.setUploadCreationURL(server.uri("/uploads").toURL());
        TusUpload upload = new TusUpload();
        upload.setInputStream(new ByteArrayInputStream(bytes));
        upload.setSize(bytes.length);
        upload.setMetadata(Map.of("path", "from/java"));

        TusUploader uploader = client.createUpload(upload);
        uploader.setChunkSize(1000);
        uploader.setRequestPayloadSize(7000);
        while (uploader.uploadChunk() > -1) {
            // Drives the upload loop of the client.
        }
        uploader.finish();

        assertThat(store.records().get(RecordPath.of("from/java"))).isEqualTo(bytes);
    }

    private HttpResponse<String> create(String query, Map<String, String> metadata) throws Exception {
        String pairs = metadata.entrySet().stream()
                .map(pair -> pair.getKey() + " " + base64(pair.getValue()))
                .collect(Collectors.joining(","));
        return server.send("POST", "/uploads" + query, "", "Upload-Length", "0", "Upload-Metadata", pairs);
    }

    @Test
    void shouldStoreANamedFileInTheDirectoryOfTheQuery() throws Exception {
        Map<String, String> uppy = Map.of(
                "relativePath",
                "null",
                "name",
                "ü.png",
                "type",
                "image/png",
                "filetype",
                "image/png",
                "filename",
                "ü.png");

        assertThat(create("?to=inbox/", uppy).statusCode()).isEqualTo(201);
        assertThat(create("?to=a%20b/c", Map.of("name", "only.txt")).statusCode())
                .isEqualTo(201);
        assertThat(create("?to=", Map.of("filename", "top")).statusCode()).isEqualTo(201);
        assertThat(create("?to=tree/", Map.of("filename", "x", "relativePath", "/sub/x"))
                        .statusCode())
                .isEqualTo(201);
        assertThat(create("?to=inbox/", Map.of("path", "whole/path", "filename", "x"))
                        .statusCode())
                .isEqualTo(201);

        assertThat(paths())
                .containsExactlyInAnyOrder("inbox/ü.png", "a b/c/only.txt", "top", "tree/sub/x", "whole/path");
    }

    @Test
    void shouldRefuseFileNamesOutsideTheDirectory() throws Exception {
        Map<String, String> plain = Map.of("filename", "x");

        assertThat(create("", plain).statusCode()).isEqualTo(400);
        assertThat(create("", plain).body()).contains("?to=DIR/");
        assertThat(create("?to=a/../b/", plain).statusCode()).isEqualTo(400);
        assertThat(create("?to=%2e%2e/", plain).statusCode()).isEqualTo(400);
        assertThat(create("?to=%ff/", plain).statusCode()).isEqualTo(400);
        assertThat(create("?to=a//", plain).statusCode()).isEqualTo(400);
        assertThat(create("?to=a/&to=b/", plain).statusCode()).isEqualTo(400);
        for (String name : new String[] {"../x", "..", "a/b", "a\\b", "a\u0000b"}) {
            assertThat(create("?to=d/", Map.of("filename", name)).statusCode()).isEqualTo(400);
        }
        assertThat(create("?to=d/", Map.of("filename", "x", "relativePath", "../x"))
                        .statusCode())
                .isEqualTo(400);
        assertThat(paths()).isEmpty();
    }

    @Test
    void shouldStoreANamedFileInTheConfiguredDirectory() throws Exception {
        server.close();
        UploadsHandler handler = new UploadsHandler(
                uploads,
                new RenewingAuthenticator(),
                Configurations.of(UploadsConfiguration.class, "directory", "in/{user}/"));
        server = new TestServer(handler).withHeader("Tus-Resumable", "1.0.0");

        create("", Map.of("filename", "x"));
        create("?to=else/", Map.of("filename", "x"));
        assertThat(paths()).containsExactlyInAnyOrder("in/ops/x", "else/x");

        handler.modified(Configurations.of(UploadsConfiguration.class, "directory", "a/../b"));
        create("", Map.of("filename", "y"));
        assertThat(paths()).contains("in/ops/y");
        handler.modified(Configurations.of(UploadsConfiguration.class, "directory", ""));
        assertThat(create("", Map.of("filename", "z")).statusCode()).isEqualTo(400);
        assertThatThrownBy(() -> new UploadsHandler(
                        uploads,
                        new RenewingAuthenticator(),
                        Configurations.of(UploadsConfiguration.class, "directory", "/x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("directory is /x");
    }

    @Test
    void shouldAcceptAnUploadWithDeferredLength() throws Exception {
        String metadata = "path " + base64("late");
        HttpResponse<String> created =
                server.send("POST", "/uploads", "", "Upload-Defer-Length", "1", "Upload-Metadata", metadata);
        String upload = header(created, "Location");
        HttpResponse<String> first = patch(upload, 0, "four");
        HttpResponse<String> head = server.send("HEAD", upload, "");
        HttpResponse<String> last = patch(upload, 4, "more", "Upload-Length", "8");

        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(header(first, "Upload-Offset")).isEqualTo("4");
        assertThat(header(head, "Upload-Defer-Length")).isEqualTo("1");
        assertThat(header(head, "Upload-Length")).isNull();
        assertThat(last.statusCode()).isEqualTo(204);
        assertThat(text("late")).isEqualTo("fourmore");
        head = server.send("HEAD", upload, "");
        assertThat(header(head, "Upload-Length")).isEqualTo("8");
        assertThat(header(head, "Upload-Defer-Length")).isNull();
    }

    @Test
    void shouldRefuseALengthThatIsMissingOrMalformed() throws Exception {
        String metadata = "path " + base64("a");
        for (String[] headers : new String[][] {
            {"Upload-Defer-Length", "0"},
            {"Upload-Defer-Length", "1", "Upload-Length", "4"},
            {"Upload-Length", "-1"},
            {"Upload-Length", "x"},
            {"Upload-Concat", "whole", "Upload-Length", "4"},
            {"Upload-Concat", "final;"},
            {"Upload-Concat", "final;/uploads/x"},
            {"Upload-Concat", "final;/uploads/" + "0".repeat(32), "Upload-Length", "4"},
        }) {
            String[] all = Arrays.copyOf(headers, headers.length + 2);
            all[headers.length] = "Upload-Metadata";
            all[headers.length + 1] = metadata;
            assertThat(server.send("POST", "/uploads", "", all).statusCode())
                    .as(String.join(" ", headers))
                    .isEqualTo(400);
        }
        String upload = create("a", 4);
        assertThat(patch(upload, 0, "four", "Upload-Length", "four").statusCode())
                .isEqualTo(400);
        assertThat(uploads.names()).hasSize(1);
    }

    private String part(String text) throws Exception {
        HttpResponse<String> created = server.send(
                "POST",
                "/uploads",
                text,
                "Upload-Length",
                Integer.toString(text.length()),
                "Upload-Concat",
                "partial",
                "Content-Type",
                BYTES);
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(header(created, "Upload-Offset")).isEqualTo(Integer.toString(text.length()));
        return header(created, "Location");
    }

    @Test
    void shouldConcatenatePartsIntoARecord() throws Exception {
        String first = part("four");
        String second = part("more");
        HttpResponse<String> head = server.send("HEAD", first, "");
        String whole = "final;" + first + " https://proxy.example/hub" + second;
        HttpResponse<String> joined =
                server.send("POST", "/uploads", "", "Upload-Concat", whole, "Upload-Metadata", "path " + base64("all"));

        assertThat(header(head, "Upload-Concat")).isEqualTo("partial");
        assertThat(header(head, "Upload-Offset")).isEqualTo("4");
        assertThat(joined.statusCode()).isEqualTo(201);
        assertThat(joined.body()).startsWith("{\"path\":\"all\",\"url\":\"/files/all\",\"size\":8,");
        assertThat(header(joined, "ETag")).isEqualTo("\"v1\"");
        assertThat(text("all")).isEqualTo("fourmore");
        String upload = header(joined, "Location");
        head = server.send("HEAD", upload, "");
        assertThat(header(head, "Upload-Concat")).isEqualTo(whole);
        assertThat(header(head, "Upload-Offset")).isEqualTo("8");
        assertThat(header(head, "Upload-Length")).isEqualTo("8");
        assertThat(patch(upload, 8, "x").statusCode()).isEqualTo(403);
        assertThat(server.send("HEAD", first, "").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldRefuseAnIncompletePart() throws Exception {
        HttpResponse<String> created =
                server.send("POST", "/uploads", "", "Upload-Length", "4", "Upload-Concat", "partial");
        String whole = "final;" + header(created, "Location");
        HttpResponse<String> joined =
                server.send("POST", "/uploads", "", "Upload-Concat", whole, "Upload-Metadata", "path " + base64("all"));

        assertThat(joined.statusCode()).isEqualTo(409);
        assertThat(paths()).isEmpty();
    }
}
