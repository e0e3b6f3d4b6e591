package io.datahub.client.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults that a real hub doesn't have at will; the system tests use the client with one. */
class RecordClientTest {

    private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;
    private RecordClient client;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
        client = RecordClient.of(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hub/"), "dh_token");
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** What the server does with a request. */
    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    /** Requests are answered by these handlers in turn, and those after them by the last. */
    private void answer(Handler... handlers) {
        List<Handler> left = new ArrayList<>(Arrays.asList(handlers));
        server.createContext("/hub/", exchange -> {
            Handler next;
            synchronized (left) {
                asked.add(exchange.getRequestMethod() + " "
                        + exchange.getRequestURI().getRawPath());
                next = left.size() == 1 ? left.get(0) : left.remove(0);
            }
            exchange.getRequestBody().readAllBytes();
            next.handle(exchange);
        });
    }

    private static Handler status(int status, String body, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            boolean isHead = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, isHead || bytes.length == 0 ? -1 : bytes.length);
            if (!isHead) {
                exchange.getResponseBody().write(bytes);
            }
            exchange.close();
        };
    }

    private static String digest(byte[] content) {
        return Digests.header(Digests.sha256().digest(content));
    }

    /** A whole record: its head, and ranges of it. */
    private static Handler record(byte[] content, String etag, String digest) {
        return exchange -> {
            exchange.getResponseHeaders().set("ETag", etag);
            exchange.getResponseHeaders().set("Repr-Digest", digest);
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Length", String.valueOf(content.length));
                exchange.sendResponseHeaders(200, -1);
            } else if (!exchange.getRequestHeaders().getFirst("If-Match").equals(etag)) {
                exchange.sendResponseHeaders(412, -1);
            } else {
                String[] range = exchange.getRequestHeaders()
                        .getFirst("Range")
                        .substring(6)
                        .split("-", -1);
                byte[] part = Arrays.copyOfRange(content, Integer.parseInt(range[0]), Integer.parseInt(range[1]) + 1);
                exchange.sendResponseHeaders(206, part.length);
                exchange.getResponseBody().write(part);
            }
            exchange.close();
        };
    }

    private static final Handler CUT = HttpExchange::close;

    @Test
    void shouldSendARequestAgainWhileTheHubIsAway() throws Exception {
        answer(
                status(503, "", "Retry-After", "1"),
                CUT,
                status(201, "{\"path\":\"a b\",\"size\":7,\"sha256\":\"00\",\"etag\":\"\\\"x\\\"\"}"));

        assertThat(client.write("a b/ä", CONTENT, Condition.NONE)).isEqualTo(new StoredRecord("a b", 7, "00", "\"x\""));
        assertThat(asked).hasSize(3).containsOnly("PUT /hub/files/a%20b/%C3%A4");
    }

    @ParameterizedTest
    @ValueSource(ints = {412, 403})
    void shouldRecognizeWhatStandsInTheWayOfARepetition(int refusal) throws Exception {
        answer(CUT, status(refusal, "{}"), record(CONTENT, "\"1\"", digest(CONTENT)));

        assertThat(client.write("a", CONTENT, Condition.ABSENT).etag()).isEqualTo("\"1\"");
    }

    @Test
    void shouldNotSendTwiceWhatMayHaveBeenDone() {
        answer(CUT, status(502, ""));

        assertThatThrownBy(() -> client.move("a", "b", true)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> client.move("a", "b", true)).isInstanceOf(RequestRefusedException.class);
        assertThat(asked).hasSize(2);
    }

    @Test
    void shouldWaitAsLongAsABusyHubAsksFor() throws Exception {
        answer(status(429, "", "Retry-After", "0"), status(503, "", "Retry-After", "0"), status(201, "{}"));

        client.move("a", "b", true);

        assertThat(asked).hasSize(3);
    }

    @Test
    void shouldRefuseAConditionThatFailsAtOnce() {
        answer(status(412, "{\"detail\":\"the record exists\"}"));

        assertThatThrownBy(() -> client.write("a", CONTENT, Condition.ABSENT))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessage("the record exists");
        assertThat(asked).hasSize(1);
    }

    @Test
    void shouldTellWhatValidatorsHaveFound() {
        answer(
                status(
                        422,
                        "{\"detail\":\"refused\",\"violations\":[{\"validator\":\"xml\",\"message\":\"no end\",\"line\":3,\"column\":9}]}"));

        assertThatThrownBy(() -> client.write("a.xml", CONTENT, Condition.NONE))
                .asInstanceOf(type(RequestRefusedException.class))
                .satisfies(e -> {
                    assertThat(e.status()).isEqualTo(422);
                    assertThat(e.violations())
                            .containsExactly(new RequestRefusedException.Violation("xml", "no end", 3, 9));
                });
    }

    @Test
    void shouldTellTheOldestCursor() {
        answer(status(410, "{\"detail\":\"gone\"}", "Datahub-Cursor", "e-5"));

        assertThatThrownBy(() -> client.changes("e-1", "", java.time.Duration.ZERO))
                .asInstanceOf(type(RequestRefusedException.class))
                .extracting(RequestRefusedException::oldestCursor)
                .isEqualTo("e-5");
    }

    @Test
    void shouldContinueADownloadOfTheSameVersion() throws Exception {
        Files.writeString(folder.resolve(".file.datahub-part"), "con");
        Files.writeString(folder.resolve(".file.datahub-part.etag"), "\"1\"");
        List<String> ranges = new CopyOnWriteArrayList<>();
        Handler whole = record(CONTENT, "\"1\"", digest(CONTENT));
        answer(exchange -> {
            if (exchange.getRequestMethod().equals("GET")) {
                ranges.add(exchange.getRequestHeaders().getFirst("Range"));
            }
            whole.handle(exchange);
        });

        client.download("a", folder.resolve("file"));

        assertThat(folder.resolve("file")).hasBinaryContent(CONTENT);
        assertThat(ranges).containsExactly("bytes=3-6");
        assertThat(folder).isDirectoryNotContaining("glob:**datahub-part*");
    }

    @Test
    void shouldBeginAgainWithAnotherVersion() throws Exception {
        Files.writeString(folder.resolve(".file.datahub-part"), "old");
        Files.writeString(folder.resolve(".file.datahub-part.etag"), "\"0\"");
        byte[] newer = "newer".getBytes(StandardCharsets.UTF_8);
        answer(
                record(CONTENT, "\"1\"", digest(CONTENT)),
                record(newer, "\"2\"", digest(newer)), // it changes between head and content
                record(newer, "\"2\"", digest(newer)));

        assertThat(client.download("a", folder.resolve("file")).etag()).isEqualTo("\"2\"");
        assertThat(folder.resolve("file")).hasBinaryContent(newer);
    }

    @Test
    void shouldNotKeepBytesThatDiffer() throws Exception {
        Files.writeString(folder.resolve("file"), "before");
        answer(record(CONTENT, "\"1\"", digest("others".getBytes(StandardCharsets.UTF_8))));

        assertThatThrownBy(() -> client.download("a", folder.resolve("file"))).hasMessageContaining("other bytes");
        assertThat(folder.resolve("file")).hasContent("before");
        assertThat(folder.resolve(".file.datahub-part")).isEmptyFile();
    }

    @Test
    void shouldFetchAnEmptyRecord() throws Exception {
        answer(record(new byte[0], "\"1\"", digest(new byte[0])));

        assertThat(client.download("a", folder.resolve("file")).size()).isZero();
        assertThat(folder.resolve("file")).isEmptyFile();
    }

    @Test
    void shouldHandOverEachChangeOnce() throws Exception {
        String change =
                "{\"id\":\"e-%d\",\"type\":\"io.datahub.file.created\",\"subject\":\"d/%<d\",\"data\":{\"size\":1,\"user\":\"ann\"}}\n";
        answer(
                status(200, "", "Datahub-Cursor", "e-0"),
                CUT,
                status(200, String.format(change, 1) + String.format(change, 2), "Datahub-Cursor", "e-2"),
                exchange -> {
                    asked.add(exchange.getRequestURI().getQuery());
                    status(200, String.format(change, 3), "Datahub-Cursor", "e-3")
                            .handle(exchange);
                });
        Path cursor = folder.resolve("cursor");
        List<String> seen = new ArrayList<>();

        client.watch("d/", cursor, each -> {
            seen.add(each.path());
            return seen.size() < 2;
        });
        assertThat(cursor).hasContent("e-2");
        client.watch("d/", cursor, each -> {
            seen.add(each.path());
            return false;
        });

        assertThat(seen).containsExactly("d/1", "d/2", "d/3");
        assertThat(asked).anyMatch(query -> query.contains("since=e-2"));
    }

    @Test
    void shouldNotRevokeATokenBeforeTheNewOneIsStored() {
        answer(status(200, "{\"label\":\"ci\",\"id\":\"1\",\"token\":\"dh_new\"}"));

        assertThatThrownBy(() -> client.renewToken(token -> {
                    throw new IllegalStateException("the disk is full");
                }))
                .hasMessage("the disk is full");
        assertThat(asked).noneMatch(each -> each.startsWith("DELETE"));
    }
}
