package io.datahub.s3;

import static io.datahub.s3.ScriptedStore.NOTHING;
import static io.datahub.s3.ScriptedStore.status;
import static io.datahub.s3.TestClient.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.health.Health;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the client makes of a store that fails, lies or is slow. */
class HostileStoreTest {

    private static final byte[] BYTES = "0123456789".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private ScriptedStore store;
    private TestClient client;

    @BeforeEach
    void start() throws IOException {
        store = new ScriptedStore(folder);
        client = new TestClient(store.url(), store.secrets(), Duration.ofSeconds(5));
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        store.close();
    }

    private static String range(int from, int last, String body) {
        return "HTTP/1.1 206 X\r\nContent-Length: " + (last - from + 1) + "\r\nContent-Range: bytes " + from + "-"
                + last + "/10\r\n\r\n" + body;
    }

    private static String error(int status, String code) {
        String body = "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code></Error>";
        return "HTTP/1.1 " + status + " X\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void shouldRepeatAnUploadAfterErrorsOfTheStore() throws IOException {
        store.answer(error(500, "InternalError"), error(503, "SlowDown"), status(200));
        client.blobs.put("a", source(BYTES));
        assertThat(store.requests()).containsExactly("PUT /records/a", "PUT /records/a", "PUT /records/a");
        assertThat(client.retries.repeated()).isEqualTo(2);
    }

    @Test
    void shouldWaitAsLongAsTheStoreAsks() throws IOException {
        store.answer(status(503, "Retry-After: 1\r\n"), status(200));
        long start = System.nanoTime();
        client.blobs.put("a", source(BYTES));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void shouldRepeatAnUploadThatIsntAnswered() throws IOException {
        store.answer(NOTHING, status(200));
        client.blobs.put("a", source(BYTES));
        assertThat(store.requests()).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void shouldGiveUpAfterAWhile() {
        store.answer(status(500), status(500), status(500), status(500), status(500), status(500));
        assertThatThrownBy(() -> client.blobs.put("a", source(BYTES)))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.status()).isEqualTo(500));
        assertThat(store.requests()).hasSize(5);
    }

    @Test
    void shouldNotRepeatWhatIsRefusedForGood() {
        store.answer(error(400, "InvalidArgument"));
        assertThatThrownBy(() -> client.blobs.put("a", source(BYTES)))
                .hasMessage("PUT " + store.url() + "/a was answered with 400 InvalidArgument");
        assertThat(store.requests()).hasSize(1);
    }

    @Test
    void shouldContinueADownloadWhereTheConnectionWasLost() throws IOException {
        store.answer(range(0, 9, "0123"), range(4, 9, "45"), range(6, 9, "6789"));
        assertThat(client.read("a", 0, 10)).isEqualTo(BYTES);
        assertThat(store.requests()).hasSize(3);
    }

    @Test
    void shouldContinueADownloadThatStalls() throws IOException {
        store.answer(
                "HTTP/1.1 206 X\r\nContent-Range: bytes 0-9/10\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n",
                range(4, 9, "456789"));
        assertThat(client.read("a", 0, 10)).isEqualTo(BYTES);
    }

    @Test
    void shouldNotTakeAShorterAnswerForTheWhole() throws IOException {
        store.answer(
                "HTTP/1.1 206 X\r\nContent-Range: bytes 0-9/10\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n0\r\n\r\n",
                range(4, 9, "456789"));
        assertThat(client.read("a", 0, 10)).isEqualTo(BYTES);
    }

    @Test
    void shouldNotTakeAnotherRangeThanItAskedFor() throws IOException {
        store.answer(
                "HTTP/1.1 200 X\r\nContent-Length: 10\r\n\r\n0123456789", range(0, 9, "0123456789"), range(2, 3, "23"));
        assertThat(client.read("a", 2, 2)).isEqualTo(new byte[] {'2', '3'});
    }

    @Test
    void shouldFailWhenADownloadNeverGoesOn() throws IOException {
        store.answer(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING);
        try (TestClient impatient = new TestClient(store.url(), store.secrets(), Duration.ofMillis(300))) {
            assertThatThrownBy(() -> impatient.read("a", 0, 10))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no progress for 300 ms");
        }
    }

    @Test
    void shouldStopReadingAnAbandonedDownload() throws IOException {
        store.answer("HTTP/1.1 206 X\r\nContent-Range: bytes 0-9/10\r\nContent-Length: 10\r\n\r\n01");
        try (InputStream in = client.blobs.open("a", 0, 10)) {
            assertThat(in.read()).isEqualTo('0');
        }
        assertThat(store.requests()).hasSize(1);
    }

    @Test
    void shouldNotBelieveASuccessfulStatusWithAnError() throws IOException {
        byte[] large = new byte[(int) TestClient.PART_BYTES + 1];
        String begun = "<InitiateMultipartUploadResult><UploadId>u&amp;1</UploadId></InitiateMultipartUploadResult>";
        String done = "<CompleteMultipartUploadResult/>";
        store.answer(
                "HTTP/1.1 200 X\r\nContent-Length: " + begun.length() + "\r\n\r\n" + begun,
                status(200),
                status(200),
                error(200, "InternalError"),
                "HTTP/1.1 200 X\r\nContent-Length: " + done.length() + "\r\n\r\n" + done);
        client.blobs.put("a", source(large));
        assertThat(store.requests())
                .containsExactly(
                        "POST /records/a?uploads=",
                        "PUT /records/a?partNumber=1&uploadId=u%261",
                        "PUT /records/a?partNumber=2&uploadId=u%261",
                        "POST /records/a?uploadId=u%261",
                        "POST /records/a?uploadId=u%261");
    }

    @Test
    void shouldFindThatALostAnswerHadCompletedAnUpload() throws IOException {
        byte[] large = new byte[(int) TestClient.PART_BYTES + 1];
        String begun = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";
        store.answer(
                "HTTP/1.1 200 X\r\nContent-Length: " + begun.length() + "\r\n\r\n" + begun,
                status(200),
                status(200),
                NOTHING,
                error(404, "NoSuchUpload"),
                "HTTP/1.1 200 X\r\nContent-Length: " + large.length + "\r\n\r\n");
        client.blobs.put("a", source(large));
        assertThat(store.requests()).contains("HEAD /records/a");
    }

    @Test
    void shouldRemoveThePartsOfAFailedUpload() {
        String begun = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";
        store.answer(
                "HTTP/1.1 200 X\r\nContent-Length: " + begun.length() + "\r\n\r\n" + begun,
                error(400, "EntityTooSmall"),
                status(204));
        assertThatThrownBy(() -> client.blobs.put("a", source(new byte[(int) TestClient.PART_BYTES + 1])))
                .hasMessageContaining("EntityTooSmall");
        assertThat(store.requests()).last().isEqualTo("DELETE /records/a?uploadId=u");
    }

    @Test
    void shouldSignByTheClockOfTheStore() throws IOException {
        String body = "<Error><Code>RequestTimeTooSkewed</Code></Error>";
        store.answer(
                "HTTP/1.1 403 X\r\nDate: Mon, 01 Jan 2035 00:00:00 GMT\r\nContent-Length: " + body.length() + "\r\n\r\n"
                        + body,
                status(200));
        client.blobs.put("a", source(BYTES));
        assertThat(store.requests()).hasSize(2);
    }

    @Test
    void shouldRefuseAListingThatIsntUnderstood() {
        String body = "<ListBucketResult><Contents><Key>other/a</Key><Size>x</Size></Contents></ListBucketResult>";
        store.answer("HTTP/1.1 200 X\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        for (int i = 0; i < 4; i++) {
            store.answer("HTTP/1.1 200 X\r\nContent-Length: 5\r\n\r\n<List");
        }
        assertThatThrownBy(() -> client.blobs.list("", 10)).isInstanceOf(IOException.class);
    }

    @Test
    void shouldReportASizeOnlyIfTheStoreGivesOne() throws IOException {
        store.answer("HTTP/1.1 200 X\r\nContent-Length: 42\r\n\r\n");
        assertThat(client.blobs.size("a")).isEqualTo(OptionalLong.of(42));
    }

    @Test
    void shouldBeDegradedUntilTheStoreAnswers() {
        store.answer(status(503));
        try (S3Health health = new S3Health(client.objects, client.metrics, client.location)) {
            Awaitility.await().until(() -> health.check().degraded());
            Health away = health.check();
            assertThat(away.ready()).isTrue();
            assertThat(away.detail()).contains("was answered with 503", "io.datahub.cluster.cfg");
            client.metrics.failed(new IOException("HEAD", new UnknownHostException("store.example")));
            assertThat(health.check().detail()).contains("the name store.example can't be resolved");
            client.metrics.succeeded();
            assertThat(health.check().degraded()).isFalse();
        }
    }
}
