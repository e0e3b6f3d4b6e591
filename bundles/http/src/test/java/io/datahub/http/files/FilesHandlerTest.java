package io.datahub.http.files;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.http.HttpConfiguration;
import io.datahub.jetty.web.HttpDate;
import io.datahub.test.Configurations;
import io.datahub.test.RenewingAuthenticator;
import io.datahub.test.http.TestServer;
import io.datahub.test.memory.MemoryRecordStore;
import io.datahub.test.memory.TestRecords;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilesHandlerTest {

    private static final String LAST_MODIFIED = "Sun, 23 Nov 2025 10:00:01 GMT";

    private MemoryRecordStore store;
    private final RenewingAuthenticator renewals = new RenewingAuthenticator();
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        store = TestRecords.create();
        server = new TestServer(new FilesHandler(store, renewals, null, Configurations.of(HttpConfiguration.class)));
        store.put("builds/app.txt", "0123456789");
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        assertThat(store.open()).isZero();
    }

    @Test
    void shouldServeARecordWithItsMetadataHeaders() throws Exception {
        HttpResponse<String> response = server.get("/files/builds/app.txt");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("0123456789");
        assertThat(header(response, "ETag")).isEqualTo("\"v1\"");
        assertThat(header(response, "Last-Modified")).isEqualTo(LAST_MODIFIED);
        assertThat(header(response, "Content-Length")).isEqualTo("10");
        assertThat(header(response, "Accept-Ranges")).isEqualTo("bytes");
        assertThat(header(response, "Content-Type")).isEqualTo("text/plain;charset=utf-8");
        assertThat(header(response, "Cache-Control")).isEqualTo("no-cache");
        assertThat(header(response, "Repr-Digest")).isEqualTo(digest("SHA-256", "0123456789"));
        assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(response, "Content-Security-Policy"))
                .isEqualTo("sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:");
        assertThat(response.headers().firstValue("Content-Disposition")).isEmpty();
    }

    @Test
    void shouldAnswerHeadWithTheSameHeadersAndNoBody() throws Exception {
        String response = server.wire("HEAD /files/builds/app.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        assertThat(response)
                .contains("200 OK", "Content-Length: 10", "ETag: \"v1\"")
                .endsWith("\r\n\r\n");
    }

    @Test
    void shouldServeRecordsOfAnySize() throws Exception {
        byte[] bytes = new byte[3_000_001];
        new Random(1).nextBytes(bytes);
        store.put("big.bin", bytes);
        store.put("empty", "");

        var response = server.client.send(server.request("/files/big.bin").build(), BodyHandlers.ofByteArray());

        assertThat(response.body()).isEqualTo(bytes);
        assertThat(server.get("/files/empty").body()).isEmpty();
    }

    @Test
    void shouldServeTheNewVersionOfACachedRecord() throws Exception {
        assertThat(server.get("/files/builds/app.txt").body()).isEqualTo("0123456789");
        assertThat(server.get("/files/builds/app.txt", "Range", "bytes=2-3").body())
                .isEqualTo("23");
        assertThat(server.get("/files/builds/app.txt", "Range", "bytes=0-0,5-5").body())
                .contains("bytes 5-5/10");
        assertThat(server.get("/files/builds/app.txt", "Range", "bytes=99-").statusCode())
                .isEqualTo(416);

        store.put("builds/app.txt", "new");

        assertThat(server.get("/files/builds/app.txt").body()).isEqualTo("new");
        store.setEdited("builds/app.txt");
        assertThat(server.get("/files/builds/app.txt").headers().map()).doesNotContainKey("etag");
        store.delete(new WriteRequest(TestServer.ADMIN, "test", RecordPath.of("builds/app.txt")));
        assertThat(server.get("/files/builds/app.txt").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldEvictSmallRecordsWhenTheCacheIsFull() {
        AtomicLong time = new AtomicLong();
        SmallRecordCache small = new SmallRecordCache(10, time::get);
        RecordVersion first = store.put("first", "12345").version();
        RecordVersion second = store.put("second", "12345").version();
        RecordVersion third = store.put("third", "12345").version();
        small.put(first, new byte[5]);
        small.put(second, new byte[5]);
        assertThat(small.use(first)).isPresent();

        small.put(third, new byte[5]);

        assertThat(small.use(second)).isEmpty();
        assertThat(small.use(first)).isPresent();
        assertThat(small.use(third)).isPresent();
        assertThat(small.isInUse(third.path())).isTrue();
        assertThat(small.isInUse(second.path())).isFalse();
        time.addAndGet(TimeUnit.SECONDS.toNanos(2));
        assertThat(small.isInUse(third.path())).isFalse();
        assertThat(small.isCacheable(store.put("large", "12345678901").version()))
                .isFalse();
    }

    @Test
    void shouldSendNoEtagOrDigestWhileARecordIsBeingModified() throws Exception {
        store.setEdited("builds/app.txt");

        HttpResponse<String> response = server.get("/files/builds/app.txt");

        assertThat(response.body()).isEqualTo("0123456789");
        assertThat(response.headers().map()).doesNotContainKeys("etag", "repr-digest");
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-3, 206, bytes 0-3/10, 0123",
        "bytes=7-, 206, bytes 7-9/10, 789",
        "bytes=-2, 206, bytes 8-9/10, 89",
        "bytes=5-999, 206, bytes 5-9/10, 56789",
        "bytes=5-18446744073709551615, 206, bytes 5-9/10, 56789",
        "bytes=-18446744073709551615, 206, bytes 0-9/10, 0123456789",
        "bytes=18446744073709551615-, 416, bytes */10, the record has no bytes in this range",
        "bytes=10-, 416, bytes */10, the record has no bytes in this range",
        "bytes=20-30, 416, bytes */10, the record has no bytes in this range",
        "bytes=-0, 416, bytes */10, the record has no bytes in this range",
        "lines=1-2, 200, , 0123456789",
        "'bytes=0-1,20-30', 206, bytes 0-1/10, 01",
        "'bytes=0-3,2-5', 206, bytes 0-5/10, 012345",
        "'bytes=4-5,0-1,2-3', 206, bytes 0-5/10, 012345",
        "'bytes=0-,0-', 200, , 0123456789",
        "'bytes=0-1,x', 200, , 0123456789",
        "bytes=3-1, 200, , 0123456789"
    })
    void shouldServeARange(String range, int status, String contentRange, String body) throws Exception {
        HttpResponse<String> response = server.get("/files/builds/app.txt", "Range", range);

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Range").orElse(null)).isEqualTo(contentRange);
        assertThat(response.body()).isEqualTo(body);
    }

    @Test
    @SuppressWarnings("StringConcatToTextBlock") // the lines end in CRLF
    void shouldServeSeveralRanges() throws Exception {
        HttpResponse<String> response = server.get("/files/builds/app.txt", "Range", "bytes=0-1, 4-4, -1");

        assertThat(response.statusCode()).isEqualTo(206);
        String type = header(response, "Content-Type");
        assertThat(type).startsWith("multipart/byteranges; boundary=");
        String boundary = type.substring(type.indexOf('=') + 1);
        assertThat(response.body())
                .isEqualTo(("\r\n"
                                + "--B\r\n"
                                + "Content-Type: text/plain;charset=utf-8\r\n"
                                + "Content-Range: bytes 0-1/10\r\n\r\n"
                                + "01\r\n"
                                + "--B\r\n"
                                + "Content-Type: text/plain;charset=utf-8\r\n"
                                + "Content-Range: bytes 4-4/10\r\n\r\n"
                                + "4\r\n"
                                + "--B\r\n"
                                + "Content-Type: text/plain;charset=utf-8\r\n"
                                + "Content-Range: bytes 9-9/10\r\n\r\n"
                                + "9\r\n"
                                + "--B--\r\n")
                        .replace("B\r", boundary + "\r")
                        .replace("B--", boundary + "--"));
        assertThat(header(response, "Content-Length"))
                .isEqualTo("" + response.body().length());
    }

    @Test
    void shouldIgnoreARequestForVeryManyRanges() throws Exception {
        store.put("builds/long", "x".repeat(1_000));
        String ranges = "bytes="
                + IntStream.range(0, 65).mapToObj(i -> i * 10 + "-" + i * 10).collect(joining(","));

        assertThat(server.get("/files/builds/long", "Range", ranges).statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"sha-256=1, true", "'sha-512=10, sha-256=3', true", "sha-256=0, false", "sha-512=1, false"})
    void shouldSendTheDigestOfTheBodyOnDemand(String headerValue, boolean isSent) throws Exception {
        HttpResponse<String> response = server.get("/files/builds/app.txt", "Want-Content-Digest", headerValue);
        String expected = isSent ? digest("SHA-256", "0123456789") : null;

        assertThat(header(response, "Content-Digest")).isEqualTo(expected);
        assertThat(header(response, "Repr-Digest")).isEqualTo(digest("SHA-256", "0123456789"));
        assertThat(header(
                        server.get("/files/builds/app.txt", "Want-Content-Digest", headerValue, "Range", "bytes=0-1"),
                        "Content-Digest"))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "a.txt, text/plain;charset=utf-8",
        "a.LOG, text/plain;charset=utf-8",
        "a.md, text/markdown;charset=utf-8",
        "a.json, application/json",
        "a.yml, application/yaml",
        "a.tar.gz, application/gzip",
        "a.png, image/png",
        "a.unheard-of, application/octet-stream",
        "none, application/octet-stream"
    })
    void shouldDeriveTheMediaTypeFromTheExtension(String name, String type) throws Exception {
        store.put(name, "x");

        assertThat(header(server.get("/files/" + name), "Content-Type")).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({
        "'\"v1\"', 206",
        "'\"v2\"', 200",
        "'W/\"v1\"', 200",
        "'\"v2\", \"v1\"', 200",
        "v1, 200",
        "'Sun, 23 Nov 2025 10:00:00 GMT', 200",
        "'Sun, 23 Nov 2025 10:00:01 GMT', 200",
        "'Sun, 23 Nov 2025 11:00:00 GMT', 200"
    })
    void shouldServeTheRangeOnlyOfTheVersionThatTheClientHas(String condition, int status) throws Exception {
        assertThat(server.get("/files/builds/app.txt", "Range", "bytes=0-0", "If-Range", condition)
                        .statusCode())
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "If-None-Match, '\"v1\"', 304",
        "If-None-Match, 'W/\"v1\", \"x\"', 304",
        "If-None-Match, *, 304",
        "If-None-Match, '\"v2\"', 200",
        "If-None-Match, v2, 400",
        "If-Match, '\"v1\"', 200",
        "If-Match, '\"x\", \"v1\"', 200",
        "If-Match, 'W/\"v1\"', 412",
        "If-Match, '\"v2\"', 412",
        "If-Match, *, 200",
        "If-Modified-Since, 'Sun, 23 Nov 2025 10:00:01 GMT', 304",
        "If-Modified-Since, 'Sunday, 23-Nov-25 11:00:00 GMT', 304",
        "If-Modified-Since, 'Sun, 23 Nov 2025 10:00:00 GMT', 200",
        "If-Modified-Since, yesterday, 200",
        "If-Unmodified-Since, 'Sun, 23 Nov 2025 10:00:01 GMT', 200",
        "If-Unmodified-Since, 'Sun, 23 Nov 2025 10:00:00 GMT', 412"
    })
    void shouldEvaluateConditions(String name, String value, int status) throws Exception {
        HttpResponse<String> response = server.get("/files/builds/app.txt", name, value);

        assertThat(response.statusCode()).isEqualTo(status);
        if (status == 304) {
            assertThat(header(response, "ETag")).isEqualTo("\"v1\"");
            assertThat(response.body()).isEmpty();
        }
    }

    @Test
    void shouldDistinguishVersionsOfTheSameSecond() throws Exception {
        Instant first = Instant.now().plusMillis(1);
        store.setClock(() -> first);
        store.put("builds/app.txt", "0123456789");
        String lastModified = header(server.get("/files/builds/app.txt"), "Last-Modified");
        store.setClock(() -> first.plusMillis(1));
        store.put("builds/app.txt", "9876543210");

        assertThat(server.get("/files/builds/app.txt", "If-Modified-Since", lastModified)
                        .statusCode())
                .isEqualTo(200);
        assertThat(server.get("/files/builds/app.txt", "If-Unmodified-Since", lastModified)
                        .statusCode())
                .isEqualTo(412);
        assertThat(server.send("PUT", "/files/builds/app.txt", "x", "If-Unmodified-Since", lastModified)
                        .statusCode())
                .isEqualTo(412);
        assertThat(server.send("DELETE", "/files/builds/app.txt", "", "If-Unmodified-Since", lastModified)
                        .statusCode())
                .isEqualTo(412);
    }

    @Test
    void shouldNotTrustADateWhileARecordIsBeingModified() throws Exception {
        store.setEdited("builds/app.txt");

        assertThat(server.get("/files/builds/app.txt", "If-Modified-Since", LAST_MODIFIED)
                        .statusCode())
                .isEqualTo(200);
        assertThat(server.get("/files/builds/app.txt", "If-Unmodified-Since", LAST_MODIFIED)
                        .statusCode())
                .isEqualTo(412);
    }

    @Test
    void shouldNeverSendLastModifiedLaterThanDate() throws Exception {
        Instant future = Instant.now().plusSeconds(100_000);
        store.setClock(() -> future);
        store.put("builds/app.txt", "0123456789");

        HttpResponse<String> response = server.get("/files/builds/app.txt");

        assertThat(HttpDate.parse(header(response, "Last-Modified")).orElseThrow())
                .isBeforeOrEqualTo(HttpDate.parse(header(response, "Date")).orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({
        "2025-11-23T10:00:00Z, 2025-11-23T10:00:00Z, 10:00:00",
        "2025-11-23T10:00:00Z, 2025-11-23T10:00:09Z, 10:00:00",
        "2025-11-23T10:00:00.001Z, 2025-11-23T10:00:00.9Z, 10:00:00",
        "2025-11-23T10:00:00.001Z, 2025-11-23T10:00:02Z, 10:00:00",
        "2025-11-23T10:00:00.001Z, 2025-11-23T10:00:02.001Z, 10:00:01",
        "2025-11-23T10:00:00.999999999Z, 2026-01-01T00:00:00Z, 10:00:01",
        "2025-11-23T10:00:05Z, 2025-11-23T10:00:04.9Z, 10:00:04"
    })
    void shouldRoundLastModifiedUpToAFullSecond(Instant modified, Instant now, String lastModified) {
        assertThat(HttpDate.lastModified(modified, now)).isEqualTo("Sun, 23 Nov 2025 " + lastModified + " GMT");
    }

    @Test
    void shouldPreferEntityTagsToDates() throws Exception {
        assertThat(server.get("/files/builds/app.txt", "If-None-Match", "\"v2\"", "If-Modified-Since", LAST_MODIFIED)
                        .statusCode())
                .isEqualTo(200);
        assertThat(server.get(
                                "/files/builds/app.txt",
                                "If-Match",
                                "\"v1\"",
                                "If-Unmodified-Since",
                                "Mon, 23 Nov 2020 10:00:00 GMT")
                        .statusCode())
                .isEqualTo(200);
        assertThat(server.get("/files/builds/app.txt", "If-Match", "\"v2\"", "If-None-Match", "\"v1\"")
                        .statusCode())
                .isEqualTo(412);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.html", "a.svg", "a.xml", "a.pdf", "a.xhtml", "a.js"})
    void shouldServeExecutableTypesAsAttachment(String name) throws Exception {
        store.put(name, "x");

        assertThat(header(server.get("/files/" + name), "Content-Disposition"))
                .isEqualTo("attachment; filename=\"" + name + "\"");
    }

    @Test
    void shouldServeConfiguredTypesInline() throws Exception {
        store.put("a.pdf", "x");
        String[] allowed = {"application/pdf, text/html"};
        try (TestServer other = new TestServer(new FilesHandler(
                store, renewals, null, Configurations.of(HttpConfiguration.class, "inlineTypes", allowed)))) {
            assertThat(other.get("/files/a.pdf").headers().firstValue("Content-Disposition"))
                    .isEmpty();
        }
    }

    @Test
    void shouldApplyANewConfigurationDuringAFormUpload() throws Exception {
        store.put("a.pdf", "x");
        FilesHandler handler = new FilesHandler(store, renewals, null, Configurations.of(HttpConfiguration.class));
        try (TestServer other = new TestServer(handler);
                Socket slow = other.connect()) {
            String body = part("f", "one", "x") + part("f", "two", "y") + "--B--\r\n";
            String head = "POST /files/ HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=B\r\n"
                    + "Content-Length: " + body.length() + "\r\nExpect: 100-continue\r\n\r\n";
            slow.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            TestServer.readTo(slow.getInputStream(), "100 Continue\r\n\r\n");

            handler.modified(Configurations.of(
                    HttpConfiguration.class, "inlineTypes", new String[] {"application/pdf"}, "maxFormParts", 1));

            assertThat(other.get("/files/a.pdf").headers().firstValue("Content-Disposition"))
                    .as("a new request")
                    .isEmpty();
            slow.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));
            assertThat(TestServer.readTo(slow.getInputStream(), "\r\n"))
                    .as("the one that had begun")
                    .startsWith("HTTP/1.1 201");
            assertThat(other.send("POST", "/files/", body, "Content-Type", "multipart/form-data; boundary=B")
                            .statusCode())
                    .as("a new form")
                    .isEqualTo(400);
        }
    }

    @Test
    void shouldServeAnyRecordAsAttachmentOnDemand() throws Exception {
        store.put("grüße \"1\".txt", "x");

        assertThat(header(server.get("/files/builds/app.txt?download"), "Content-Disposition"))
                .isEqualTo("attachment; filename=\"app.txt\"");
        assertThat(header(server.get("/files/gr%C3%BC%C3%9Fe%20%221%22.txt?download"), "Content-Disposition"))
                .isEqualTo("attachment; filename=\"gr__e _1_.txt\"; filename*=UTF-8''gr%C3%BC%C3%9Fe%20%221%22.txt");
    }

    @Test
    void shouldReportMissingAndForbiddenRecords() throws Exception {
        assertThat(server.get("/files/none").statusCode()).isEqualTo(404);

        server.setUser(new User("ci", Set.of(), List.of(new Grant(Action.READ, "builds/", "user ci"))));

        assertThat(server.get("/files/none").statusCode()).isEqualTo(403);
        assertThat(server.get("/files/builds/none").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldReportADiskFailureAsAServerError() throws Exception {
        store.setFailure(Optional.of(new IOException("the disk is gone")));

        assertThat(server.get("/files/builds/app.txt").statusCode()).isEqualTo(500);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x", "a/../x", "a/./x", "a//x", "//", "%2e%2e/x", "a/%2E/x", "..;/x", ";/x", "a/;b/x", ".;x/y",
                "a%2fb", "a%2Fb", "a%5cb", "a\\b", "a%00b", "a%0ab", "a%7fb", "%c3%28", "%ff", "%ed%a0%80", "%c0%ae",
                "a%2e%2e%2fb", "x/..", "x/%2e", "x/../"
            })
    void shouldRefuseAmbiguousPaths(String path) throws Exception {
        for (String method : List.of("GET", "PUT", "DELETE")) {
            assertThat(server.wire(method + " /files/" + path
                            + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 ");
        }
        assertThat(store.records()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%zz", "a%2", "%", "a%u0041"})
    void shouldRefuseMalformedEscapes(String path) throws Exception {
        assertThat(server.wire("GET /files/" + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
    }

    @Test
    void shouldRefuseNamesThatAreTooLong() throws Exception {
        assertThat(server.get("/files/" + "x".repeat(256)).statusCode()).isEqualTo(400);
        assertThat(server.get("/files/" + "x".repeat(255)).statusCode()).isEqualTo(404);
        assertThat(server.get("/files/" + "x/".repeat(2048) + "y").statusCode()).isEqualTo(400);
    }

    @Test
    void shouldDecodeAPathOnce() throws Exception {
        store.put("a%2fb", "percent");
        store.put("a;b", "semicolon");
        store.put("grüße", "umlaut");

        assertThat(server.get("/files/a%252fb").body()).isEqualTo("percent");
        assertThat(server.get("/files/a;b").body()).isEqualTo("semicolon");
        assertThat(server.get("/files/gr%C3%BC%C3%9Fe").body()).isEqualTo("umlaut");
    }

    @Test
    void shouldStoreABodyAndDescribeTheNewVersion() throws Exception {
        HttpResponse<String> created = server.send("PUT", "/files/gr%C3%BC%C3%9Fe/a%20b.txt", "hello");

        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(header(created, "Location")).isEqualTo("/files/gr%C3%BC%C3%9Fe/a%20b.txt");
        assertThat(header(created, "ETag")).isEqualTo("\"v2\"");
        assertThat(header(created, "Content-Type")).isEqualTo("application/json");
        assertThat(created.body())
                .isEqualTo(
                        "{\"path\":\"grüße/a b.txt\",\"url\":\"/files/gr%C3%BC%C3%9Fe/a%20b.txt\",\"size\":5,\"sha256\":\""
                                + TestRecords.hash("SHA-256", "hello".getBytes(StandardCharsets.UTF_8))
                                + "\",\"etag\":\"\\\"v2\\\"\",\"modified\":\"2025-11-23T10:00:00.123Z\",\"sequence\":2,"
                                + "\"cursor\":\"memory-2\",\"validators\":[{\"name\":\"words\",\"version\":\"1.0.0\"}]}");
        assertThat(server.send("POST", "/files/gr%C3%BC%C3%9Fe/a%20b.txt", "again")
                        .statusCode())
                .isEqualTo(200);
        assertThat(text("grüße/a b.txt")).isEqualTo("again");
        assertThat(store.lastWrite().from()).isEqualTo("http:127.0.0.1");
        assertThat(store.lastWrite().length()).hasValue(5);
    }

    @Test
    void shouldStoreBodiesOfAnySizeWithAndWithoutALength() throws Exception {
        byte[] bytes = new byte[5_000_003];
        new Random(2).nextBytes(bytes);
        server.client.send(
                server.request("/files/sized")
                        .PUT(BodyPublishers.ofByteArray(bytes))
                        .build(),
                BodyHandlers.ofString());
        server.client.send(
                server.request("/files/chunked")
                        .PUT(BodyPublishers.ofByteArrays(List.of(bytes, bytes)))
                        .build(),
                BodyHandlers.ofString());

        assertThat(store.records().get(RecordPath.of("sized"))).isEqualTo(bytes);
        assertThat(store.records().get(RecordPath.of("chunked"))).hasSize(2 * bytes.length);
        assertThat(server.send("PUT", "/files/empty", "").statusCode()).isEqualTo(201);
    }

    @Test
    void shouldStoreTheBodyUnchangedWhateverItsType() throws Exception {
        server.send("POST", "/files/form", "--b\r\n", "Content-Type", "multipart/mixed; boundary=b");

        assertThat(text("form")).isEqualTo("--b\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data; boundary=b", "Multipart/Form-Data ;x=y", "multipart/form-data"})
    void shouldNotStoreARawFormUnlessRequested(String type) throws Exception {
        for (String method : List.of("POST", "PUT")) {
            HttpResponse<String> refused = server.send(method, "/files/form", "--b\r\n", "Content-Type", type);

            assertThat(refused.statusCode()).isEqualTo(415);
            assertThat(refused.body()).contains("directory", "?raw");
        }
        assertThat(store.records()).hasSize(1);
        assertThat(server.send("PUT", "/files/form?raw", "--b\r\n", "Content-Type", type)
                        .statusCode())
                .isEqualTo(201);
        assertThat(text("form")).isEqualTo("--b\r\n");
    }

    @Test
    void shouldChangeNothingWhenAValidatorRefuses() throws Exception {
        HttpResponse<String> response = server.send("PUT", "/files/builds/app.txt", "all wrong");

        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(response.body()).isEqualTo("it is wrong");
        assertThat(text("builds/app.txt")).isEqualTo("0123456789");
    }

    @Test
    void shouldValidateAndStoreNothingOnADryRun() throws Exception {
        HttpResponse<String> accepted = server.send("PUT", "/files/x?dry-run", "fine");

        assertThat(accepted.statusCode()).isEqualTo(200);
        assertThat(accepted.body())
                .isEqualTo("{\"path\":\"x\",\"size\":4,\"dryRun\":true,"
                        + "\"validators\":[{\"name\":\"words\",\"version\":\"1.0.0\"}]}");
        assertThat(server.send("POST", "/files/x?dry-run", "wrong").statusCode())
                .isEqualTo(422);
        assertThat(store.records()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "builds/app.txt, If-Match, '\"v1\"', 200",
        "builds/app.txt, If-Match, '\"v9\"', 412",
        "builds/app.txt, If-None-Match, *, 412",
        "builds/app.txt, If-None-Match, '\"v1\"', 412",
        "builds/app.txt, If-Unmodified-Since, 'Sun, 23 Nov 2025 10:00:00 GMT', 412",
        "builds/app.txt, If-Unmodified-Since, 'Sun, 23 Nov 2025 10:00:01 GMT', 200",
        "new, If-None-Match, *, 201",
        "new, If-Match, *, 412",
        "new, If-Match, '\"v1\"', 412"
    })
    void shouldWriteUnderConditions(String path, String name, String value, int status) throws Exception {
        assertThat(server.send("PUT", "/files/" + path, "text", name, value).statusCode())
                .isEqualTo(status);
    }

    @Test
    void shouldVerifyDigests() throws Exception {
        for (String field : List.of("Content-Digest", "Repr-Digest")) {
            for (String algorithm : List.of("SHA-256", "SHA-512")) {
                String right = digest(algorithm, "hello");
                assertThat(server.send("PUT", "/files/x", "hello", field, right).statusCode())
                        .isLessThan(300);
                assertThat(server.send("PUT", "/files/x", "other", field, right).statusCode())
                        .isEqualTo(400);
            }
            assertThat(server.send("PUT", "/files/x", "hello", field, "sha-256=abc")
                            .statusCode())
                    .isEqualTo(400);
            assertThat(server.send("PUT", "/files/x", "hello", field, "sha-256=:YWJj:")
                            .statusCode())
                    .isEqualTo(400);
            assertThat(server.send("PUT", "/files/x", "hello", field, "md5=:YWJj:")
                            .statusCode())
                    .isEqualTo(400);
            assertThat(server.send("PUT", "/files/x", "hello", field, "crc32c=:YWJj:")
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(text("x")).isEqualTo("hello");
    }

    @ParameterizedTest
    @CsvSource({
        "Content-MD5, XUFAKrxLKna5cZ2REBfFkg==",
        "Digest, 'MD5=XUFAKrxLKna5cZ2REBfFkg==, unixsum=30637'",
        "digest, sha=qvTGHdzF6KLavt4PO0gs2a6pQ00=",
        "Digest, SHA-256=LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
        "Content-Digest, md5=:XUFAKrxLKna5cZ2REBfFkg==:",
        "Repr-Digest, 'sha=:qvTGHdzF6KLavt4PO0gs2a6pQ00=:;q'",
        "X-Checksum-Md5, 5D41402ABC4B2A76B9719D911017C592",
        "X-Checksum-Sha1, aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
        "x-checksum-sha256, 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    })
    void shouldVerifyDigestsInOlderHeadersToo(String field, String hello) throws Exception {
        assertThat(server.send("PUT", "/files/x", "other", field, hello).statusCode())
                .isEqualTo(400);
        assertThat(store.records()).hasSize(1);
        assertThat(server.send("PUT", "/files/x", "hello", field, hello).statusCode())
                .isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource({
        "Content-MD5, ''",
        "Content-MD5, 5d41402abc4b2a76b9719d911017c592",
        "Digest, MD5",
        "Digest, MD5=:XUFAKrxLKna5cZ2REBfFkg==:",
        "X-Checksum-Sha1, qvTGHdzF6KLavt4PO0gs2a6pQ00=",
        "X-Checksum-Sha256, aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
        "X-Checksum-Sha1, xyz"
    })
    void shouldRefuseInvalidDigests(String field, String value) throws Exception {
        assertThat(server.send("PUT", "/files/x", "hello", field, value).statusCode())
                .isEqualTo(400);
        assertThat(store.records()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "If-Match, *, 200",
        "If-Match, '\"x\"', 412",
        "If-Match, x, 400",
        "If-None-Match, *, 304",
        "If-None-Match, '\"x\"', 200",
        "If-Unmodified-Since, 'Sun, 23 Nov 2025 10:00:01 GMT', 412",
        "If-Modified-Since, 'Sun, 23 Nov 2025 10:00:01 GMT', 200"
    })
    void shouldEvaluateConditionsOfDirectories(String name, String value, int status) throws Exception {
        for (String method : List.of("GET", "HEAD")) {
            assertThat(server.send(method, "/files/builds/", "", name, value).statusCode())
                    .isEqualTo(status);
        }
    }

    @Test
    void shouldStoreAFormUnderConditionsOfEachRecord() throws Exception {
        String part = "--B\r\nContent-Disposition: form-data; name=f; filename=%s\r\n\r\n1\r\n";
        String form = part.formatted("new") + part.formatted("app.txt") + "--B--\r\n";
        String type = "multipart/form-data; boundary=B";

        assertThat(server.send("POST", "/files/builds/", form, "Content-Type", type, "If-None-Match", "*")
                        .statusCode())
                .isEqualTo(412);
        assertThat(server.send("POST", "/files/builds/", form, "Content-Type", type, "If-Match", "*")
                        .statusCode())
                .isEqualTo(412);
        assertThat(store.records()).hasSize(1);
        assertThat(server.send("POST", "/files/other/", form, "Content-Type", type, "If-None-Match", "*")
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void shouldRefuseContentRangeAndContentEncoding() throws Exception {
        assertThat(server.send("PUT", "/files/x", "hello", "Content-Range", "bytes 0-4/10")
                        .statusCode())
                .isEqualTo(400);
        assertThat(server.send("PUT", "/files/x", "hello", "Content-Encoding", "gzip")
                        .statusCode())
                .isEqualTo(415);
        assertThat(store.records()).hasSize(1);
    }

    @Test
    void shouldRefuseAClientThatExpectsContinueBeforeItSendsTheBody() throws Exception {
        store.setMaxBytes(100);
        assertThat(server.statusLine(
                        "PUT /files/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
    }

    @ParameterizedTest
    @CsvSource({"builds, 100", "other, 403", "builds/app.txt, 409"})
    void shouldRefuseAFormBeforeItIsSent(String directory, int status) throws Exception {
        server.setUser(new User(
                "ci",
                Set.of(),
                List.of(new Grant(Action.READ, "builds/", "user ci"), new Grant(Action.CREATE, "builds/", "user ci"))));
        assertThat(server.statusLine("POST /files/" + directory + "/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
                        + "Content-Type: multipart/form-data; boundary=B\r\nExpect: 100-continue\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status);
    }

    @Test
    void shouldSendContinueToAClientThatExpectsIt() throws Exception {
        try (Socket socket = server.connect()) {
            InputStream in = socket.getInputStream();
            socket.getOutputStream()
                    .write("PUT /files/x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(TestServer.readTo(in, "\r\n\r\n")).startsWith("HTTP/1.1 100 ");

            socket.getOutputStream().write("ok".getBytes(StandardCharsets.US_ASCII));

            assertThat(TestServer.readTo(in, "\r\n")).startsWith("HTTP/1.1 201 ");
        }
    }

    @Test
    void shouldDrainTheBodySoThatTheClientReadsTheRefusal() throws Exception {
        store.setMaxBytes(100);
        byte[] bytes = new byte[40_000_000];

        var sized = server.client.send(
                server.request("/files/x")
                        .PUT(BodyPublishers.ofByteArray(bytes))
                        .build(),
                BodyHandlers.ofString());
        var chunked = server.client.send(
                server.request("/files/x")
                        .PUT(BodyPublishers.ofByteArrays(List.of(bytes)))
                        .build(),
                BodyHandlers.ofString());

        assertThat(sized.statusCode()).isEqualTo(413);
        assertThat(chunked.statusCode()).isEqualTo(413);
    }

    @Test
    void shouldDiscardAnAbortedUpload() throws Exception {
        try (Socket socket = server.connect()) {
            socket.getOutputStream()
                    .write("PUT /files/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc"
                            .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> store.open() == 1);
        }

        await().until(() -> store.open() == 0);
        assertThat(store.records()).hasSize(1);
    }

    @Test
    void shouldDiscardAnUploadThatTimesOut() throws Exception {
        assertThat(server.statusLine("PUT /files/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc"))
                .startsWith("HTTP/1.1 408 ");
        assertThat(store.records()).hasSize(1);
    }

    @Test
    void shouldListADirectory() throws Exception {
        store.put("builds/deep/x", "x");

        HttpResponse<String> response = server.get("/files/builds/");

        assertThat(header(response, "Content-Type")).isEqualTo("application/json");
        assertThat(response.body())
                .isEqualTo("{\"path\":\"builds\",\"entries\":["
                        + "{\"name\":\"app.txt\",\"type\":\"file\",\"size\":10,\"modified\":\"2025-11-23T10:00:00.123Z\","
                        + "\"etag\":\"\\\"v1\\\"\"},"
                        + "{\"name\":\"deep\",\"type\":\"directory\",\"size\":0,\"modified\":\"2025-11-23T10:00:00.123Z\"}"
                        + "],\"next\":null,\"cursor\":\"memory-2\"}");
    }

    @Test
    void shouldListADirectoryInPages() throws Exception {
        store.put("builds/b", "x");
        store.put("builds/c", "x");

        assertThat(server.get("/files/builds/?limit=2").body())
                .contains("app.txt", "\"b\"", "\"next\":\"b\"")
                .doesNotContain("\"c\"");
        assertThat(server.get("/files/builds/?limit=2&after=b").body())
                .contains("\"c\"", "\"next\":null")
                .doesNotContain("app.txt");
        assertThat(server.get("/files/builds/?limit=0").statusCode()).isEqualTo(400);
        assertThat(server.get("/files/builds/?limit=x").statusCode()).isEqualTo(400);
    }

    @Test
    void shouldFindNamesInTheWholeDirectory() throws Exception {
        store.put("builds/Alpha-1", "x");
        store.put("builds/beta", "x");
        store.put("builds/zalpha-2", "x");

        assertThat(server.get("/files/builds/?find=alPHA").body())
                .contains("\"Alpha-1\"", "\"zalpha-2\"", "\"next\":null")
                .doesNotContain("beta");
        assertThat(server.get("/files/builds/?find=alpha&limit=1").body())
                .contains("\"next\":\"Alpha-1\"")
                .doesNotContain("zalpha-2");
        assertThat(server.get("/files/builds/?find=alpha&limit=1&after=Alpha-1").body())
                .contains("\"zalpha-2\"", "\"next\":null");
        assertThat(server.get("/files/builds/?find=nothing").body()).contains("\"entries\":[],\"next\":null");
    }

    @Test
    void shouldShowADirectoryToABrowser() throws Exception {
        store.put("builds/<b>&\"'", "x");

        HttpResponse<String> response =
                server.get("/files/builds/?limit=1", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

        assertThat(header(response, "Content-Type")).isEqualTo("text/html;charset=utf-8");
        assertThat(header(response, "Content-Security-Policy"))
                .startsWith("sandbox allow-downloads; default-src 'none';");
        assertThat(response.body())
                .contains("href=\"./%3Cb%3E&amp;%22&#39;\"", "&lt;b&gt;&amp;&quot;&#39;", "limit=1&amp;after=")
                .doesNotContain("<b>");
        assertThat(header(server.get("/files/", "Accept", "text/html;q=0.5, application/json"), "Content-Type"))
                .isEqualTo("application/json");
        assertThat(header(server.get("/files/", "Accept", "*/*"), "Content-Type"))
                .isEqualTo("application/json");
    }

    @Test
    void shouldShowAllNamesOnOnePageWithoutLinksThatHaveAQuery() throws Exception {
        List<String> names = IntStream.range(0, 12_001)
                .mapToObj(i -> "12:30-%05d.log".formatted(i))
                .toList();
        names.forEach(name -> store.put("many/" + name, "x"));

        HttpResponse<String> response = server.get("/files/many/", "Accept", "text/html");

        assertThat(Pattern.compile("href=\"([^\"]*)\"").matcher(response.body()).results())
                .extracting(link -> link.group(1))
                .startsWith("../")
                .hasSize(names.size() + 1)
                .filteredOn(link -> link.startsWith("./"))
                .isEqualTo(names.stream().map(name -> "./" + name).toList());
        assertThat(response.body()).endsWith("</html>\n");
        assertThat(server.send("HEAD", "/files/many/", "", "Accept", "text/html")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void shouldAbortAPageThatCannotBeCompleted() throws Exception {
        IntStream.range(0, 6_000).forEach(i -> store.put("many/" + i, "x"));
        store.failAfter(1);

        String response =
                server.wire("GET /files/many/ HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nConnection: close\r\n\r\n");

        assertThat(response)
                .startsWith("HTTP/1.1 200 ")
                .doesNotContain("</html>")
                .doesNotEndWith("0\r\n\r\n");
    }

    @Test
    void shouldRedirectADirectoryToItsListing() throws Exception {
        HttpResponse<String> response = server.get("/files/builds?limit=3");

        assertThat(response.statusCode()).isEqualTo(308);
        assertThat(header(response, "Location")).isEqualTo("/files/builds/?limit=3");
        assertThat(server.get("/files").body()).contains("\"path\":\"\"");
        HttpResponse<String> page = server.get("/files?limit=5", "Accept", "text/html");
        assertThat(page.statusCode()).isEqualTo(308);
        assertThat(header(page, "Location")).isEqualTo("/files/?limit=5");
        assertThat(server.get("/files/none/").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldDelete() throws Exception {
        assertThat(server.send("DELETE", "/files/builds/app.txt", "", "If-Match", "\"v9\"")
                        .statusCode())
                .isEqualTo(412);
        assertThat(server.send("DELETE", "/files/builds/app.txt/", "").statusCode())
                .isEqualTo(409);
        assertThat(server.send("DELETE", "/files/builds/app.txt?dry-run", "").statusCode())
                .isEqualTo(400);
        assertThat(store.records()).hasSize(1);

        HttpResponse<String> response = server.send("DELETE", "/files/builds/app.txt", "");

        assertThat(response.statusCode()).isEqualTo(204);
        assertThat(response.body()).isEmpty();
        assertThat(server.send("DELETE", "/files/builds/app.txt", "").statusCode())
                .isEqualTo(404);
    }

    @Test
    void shouldDeleteATreeOnlyWhenRecursive() throws Exception {
        assertThat(server.send("DELETE", "/files/builds/", "").statusCode()).isEqualTo(409);
        assertThat(server.send("DELETE", "/files/builds/?recursive", "").statusCode())
                .isEqualTo(204);
        assertThat(store.records()).isEmpty();
    }

    @Test
    void shouldListTheAllowedMethods() throws Exception {
        for (String method : List.of("PATCH", "TRACE", "PROPFIND")) {
            HttpResponse<String> response = server.send(method, "/files/x", "");
            assertThat(response.statusCode()).isEqualTo(405);
            assertThat(header(response, "Allow")).isEqualTo("GET, HEAD, POST, PUT, DELETE, MOVE, OPTIONS");
        }
        assertThat(server.send("OPTIONS", "/files/x", "").statusCode()).isEqualTo(204);
    }

    @Test
    void shouldStoreEveryFileOfAForm() throws Exception {
        byte[] big = new byte[2_000_000];
        Arrays.fill(big, (byte) '\r');
        String form = part("f", "a.txt", "first")
                + "--B\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nno file\r\n"
                + part("f", "grüße.bin", new String(big, StandardCharsets.US_ASCII))
                + part("f", "sub/c.txt", "")
                + "--B--\r\n";

        HttpResponse<String> response = form("/files/builds/", form);

        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.body()).startsWith("[{\"path\":\"builds/a.txt\"").endsWith("}]");
        assertThat(text("builds/a.txt")).isEqualTo("first");
        assertThat(store.records().get(RecordPath.of("builds/grüße.bin"))).isEqualTo(big);
        assertThat(text("builds/sub/c.txt")).isEmpty();
        assertThat(store.records()).hasSize(4);
        assertThat(form("/files/builds/", part("f", "a.txt", "second") + "--B--\r\n")
                        .statusCode())
                .isEqualTo(200);
        assertThat(form("/files", part("f", "root.txt", "x") + "--B--\r\n").statusCode())
                .isEqualTo(201);
    }

    @Test
    void shouldStoreNoFileOfAFormWhenOneIsRefused() throws Exception {
        HttpResponse<String> refused =
                form("/files/builds/", part("f", "a", "fine") + part("f", "b", "wrong") + "--B--\r\n");

        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).isEqualTo("builds/b: it is wrong");
        assertThat(form("/files/builds/", part("f", "a", "x") + part("f", "../b", "x") + "--B--\r\n")
                        .statusCode())
                .isEqualTo(400);
        assertThat(form("/files/builds/", part("f", "a", "x") + part("f", "a", "x") + "--B--\r\n")
                        .statusCode())
                .isEqualTo(400);
        assertThat(form("/files/builds/", part("f", "a", "x") + "--B\r\nContent-Disp")
                        .statusCode())
                .isEqualTo(400);
        assertThat(form("/files/builds/", "--B--\r\n").statusCode()).isEqualTo(400);
        assertThat(form("/files/builds/?dry-run", part("f", "a", "x") + "--B--\r\n")
                        .statusCode())
                .isEqualTo(200);
        assertThat(store.records()).hasSize(1);
    }

    @Test
    void shouldRefuseAFormWithTooManyFiles() throws Exception {
        try (TestServer other = new TestServer(new FilesHandler(
                store, renewals, null, Configurations.of(HttpConfiguration.class, "maxFormParts", 2)))) {
            String three = part("f", "a", "x") + part("f", "b", "x") + part("f", "c", "x") + "--B--\r\n";

            assertThat(other.send("POST", "/files/", three, "Content-Type", "multipart/form-data; boundary=B")
                            .statusCode())
                    .isEqualTo(400);
        }
        assertThat(store.records()).hasSize(1);
    }

    @Test
    void shouldStoreBytesThatLookLikeABoundaryAndNamesWithQuotes() throws Exception {
        String text = "a\n--B\nb\r--B--\r\n--b";

        assertThat(server.send(
                                "POST",
                                "/files/builds/",
                                part("f", "a%22b.txt", text) + "--B--\r\n",
                                "Content-Type",
                                "multipart/form-data; Boundary=B")
                        .statusCode())
                .isEqualTo(201);
        assertThat(text("builds/a\"b.txt")).isEqualTo(text);
    }

    @Test
    void shouldRefuseAMalformedForm() throws Exception {
        String form = part("f", "t\u00e9.txt", "x") + "--B--\r\n";
        String head =
                "POST /files/builds/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: multipart/form-data;"
                        + " boundary=B\r\nContent-Length: " + form.length() + "\r\n\r\n";

        assertThat(server.wire(head + form)).startsWith("HTTP/1.1 400 ").contains("UTF-8");
        assertThat(form("/files/builds/", part("f", "a", "x")).statusCode()).isEqualTo(400);
        assertThat(form("/files/builds/", part("f", "a%0ab", "x") + "--B--\r\n").statusCode())
                .isEqualTo(201);
        for (String type : List.of("multipart/form-data", "multipart/form-data; boundary=\"\"")) {
            assertThat(server.send("POST", "/files/builds/", form, "Content-Type", type)
                            .statusCode())
                    .isEqualTo(400);
        }
        assertThat(store.records()).hasSize(2);
    }

    @Test
    void shouldAcceptOnlyFormsForADirectory() throws Exception {
        assertThat(server.send("POST", "/files/builds/", "x").statusCode()).isEqualTo(415);
        assertThat(server.send("PUT", "/files/builds/", "x").statusCode()).isEqualTo(415);
        assertThat(server.send("PUT", "/files/builds", "x").statusCode()).isEqualTo(409);
    }

    private HttpResponse<String> form(String path, String body) throws Exception {
        return server.send("POST", path, body, "Content-Type", "multipart/form-data; boundary=B");
    }

    private static String part(String name, String fileName, String content) {
        return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + fileName
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n" + content + "\r\n";
    }

    private String text(String path) {
        return new String(store.records().get(RecordPath.of(path)), StandardCharsets.UTF_8);
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse(null);
    }

    private static String digest(String algorithm, String text) {
        byte[] hash = HexFormat.of().parseHex(TestRecords.hash(algorithm, text.getBytes(StandardCharsets.UTF_8)));
        return algorithm.toLowerCase(Locale.ROOT) + "=:" + Base64.getEncoder().encodeToString(hash) + ":";
    }

    @Test
    void shouldStoreNothingAfterTheCredentialsAreRevoked() throws Exception {
        renewals.revoke();

        var put = server.client.send(
                server.request("/files/x").PUT(BodyPublishers.ofString("x")).build(), BodyHandlers.ofString());

        assertThat(put.statusCode()).isEqualTo(401);
        assertThat(server.get("/files/x").statusCode()).isEqualTo(404);
    }
}
