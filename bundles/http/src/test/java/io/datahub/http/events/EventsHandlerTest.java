package io.datahub.http.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Refusal;
import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.SubscriptionListener;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.http.HttpConfiguration;
import io.datahub.test.Configurations;
import io.datahub.test.RenewingAuthenticator;
import io.datahub.test.http.TestServer;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.MemoryHistory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventsHandlerTest {

    private static final long TIME = Instant.parse("2026-11-23T10:00:00Z").toEpochMilli();

    private final PublishedEvents published = new PublishedEvents();
    private final MemoryBroker broker = published.broker;
    private final MemoryHistory history = new MemoryHistory();
    private EventsHandler handler;
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        handler = new EventsHandler(
                broker,
                history,
                new RenewingAuthenticator(),
                Configurations.of(
                        HttpConfiguration.class, "maxEventBytes", 100_000, "maxIncomingEventBytes", 150_000L));
        server = new TestServer(handler);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        await().until(() -> published.hasNoSessions());
    }

    @Test
    void shouldPublishABody() throws Exception {
        HttpResponse<String> response = server.send("POST", "/events/build/%C3%BC%2Fdone", "grüße");

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(published.all).containsExactly("build/ü/done=grüße");
        await().until(() -> published.hasNoSessions());
    }

    @Test
    void shouldPublishAnEmptyPayload() throws Exception {
        assertThat(server.send("POST", "/events/ping", "").statusCode()).isEqualTo(202);
        assertThat(published.all).containsExactly("ping=");
    }

    @Test
    void shouldReportWhyAnEventIsRefused() throws Exception {
        server.setUser(PublishedEvents.publisherOf("build."));
        assertThat(server.send("POST", "/events/secret.x", "x").statusCode()).isEqualTo(403);
        assertThat(server.send("POST", "/events/%ff", "x").statusCode()).isEqualTo(400);
        assertThat(server.send("PUT", "/events/x", "x").statusCode()).isEqualTo(405);
        assertThat(server.send("POST", "/events", "x").statusCode()).isEqualTo(405);
        assertThat(published.all).isEmpty();
    }

    @Test
    void shouldRefuseAContentEncodedPayload() throws Exception {
        assertThat(server.send("POST", "/events/x", "x", "Content-Encoding", "gzip")
                        .statusCode())
                .isEqualTo(415);
        assertThat(server.send("POST", "/events/x", "x", "Content-Encoding", "identity", "Content-Encoding", "br")
                        .statusCode())
                .isEqualTo(415);
        assertThat(published.all).isEmpty();
        assertThat(server.send("POST", "/events/x", "x", "Content-Encoding", "Identity")
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void shouldServeTheHistoryAsJsonLines() throws Exception {
        history.append("ci", "build.a", "1");
        history.create("x");
        EventRun last = history.append("ci", "build.b", "2");
        HttpResponse<String> page = server.get("/events/history?topic=build.&limit=1");
        assertThat(page.body())
                .startsWith("{\"type\":\"event\",\"topic\":\"build.a\",\"user\":\"ci\",")
                .contains("\"cursor\":\"e1-1\",\"data\":\"1\"}")
                .hasLineCount(1)
                .endsWith("\n");
        assertThat(page.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        String next = page.headers().firstValue("Datahub-Cursor").orElseThrow();
        assertThat(server.get("/events/history?topic=build.&since=" + next).body())
                .contains("build.b")
                .hasLineCount(1);
        assertThat(server.get("/events/history?since=0").body()).hasLineCount(3);
        assertThat(server.get("/events/history?newest=2").body())
                .hasLineCount(2)
                .contains("build.b");
        history.trim(last.cursor().orElseThrow());
        HttpResponse<String> gone = server.get("/events/history?since=" + next);
        assertThat(gone.statusCode()).isEqualTo(410);
        assertThat(gone.headers().firstValue("Datahub-Cursor")).contains("e1-3");
        assertThat(server.get("/events/history?since=x").statusCode()).isEqualTo(400);
        assertThat(server.get("/events/history?newest=1&since=0").statusCode()).isEqualTo(400);
        assertThat(server.send("DELETE", "/events/history", "").headers().firstValue("Allow"))
                .contains("GET, HEAD, POST, OPTIONS");
        assertThat(server.send("POST", "/events/history", "x").statusCode()).isEqualTo(202);
        assertThat(published.all).containsExactly("history=x");
    }

    @Test
    void shouldSearchTheHistory() throws Exception {
        history.append("ci", "build.Grün", "1");
        for (int i = 0; i < 25_000; i++) {
            history.append("ci", "build.x", "nothing");
        }
        history.append("ci", "build.y", "alles GRÜN");
        history.append("ci", "other.y", "grün");
        EventRun last = history.append("ci", "build.z", "grün");

        HttpResponse<String> found = search("0", "text=gr%C3%BCn&topic=build.");
        assertThat(found.body()).contains("build.Grün").hasLineCount(1);
        found = search(cursor(found), "text=gr%C3%BCn&topic=build.");
        assertThat(found.body()).contains("build.y", "build.z").hasLineCount(2);
        assertThat(cursor(found)).isEqualTo(last.cursor().orElseThrow().toString());
        found = search(cursor(found), "text=gr%C3%BCn&topic=build.");
        assertThat(found.body()).isEmpty();
        assertThat(cursor(found))
                .as("the end")
                .isEqualTo(last.cursor().orElseThrow().toString());
        assertThat(search("e1-25001", "text=gr%C3%BCn&limit=1").body())
                .contains("build.y")
                .hasLineCount(1);
        assertThat(cursor(search("e1-25001", "text=gr%C3%BCn&limit=1"))).isEqualTo("e1-25002");
        assertThat(search("e1-25001", "text=CI").body()).as("the user").hasLineCount(3);
        assertThat(search("e1-25001", "from=1970-01-01T00:00:00Z&to=1970-01-01T01:00:00.001%2B01:00")
                        .body())
                .hasLineCount(3);
        assertThat(search("e1-25001", "text=CI").body()).as("the user").hasLineCount(3);
        assertThat(search("e1-25001", "from=1970-01-01T00:00:00.001Z").body()).isEmpty();
        assertThat(search("e1-25001", "to=1970-01-01T00:00:00Z").body()).isEmpty();
        assertThat(search("0", "from=yesterday").statusCode()).isEqualTo(400);
        assertThat(server.get("/events/history?newest=5&text=x").statusCode()).isEqualTo(400);
    }

    private HttpResponse<String> search(String since, String query) throws Exception {
        return server.get("/events/history?since=" + since + "&" + query);
    }

    private static String cursor(HttpResponse<?> page) {
        return page.headers().firstValue("Datahub-Cursor").orElseThrow();
    }

    @Test
    void shouldEndALongSearchAndContinue() throws Exception {
        for (int i = 0; i < 100_001; i++) {
            history.append("ci", "build.x", "nothing");
        }
        HttpResponse<String> part = search("0", "text=needle");
        assertThat(part.body()).isEmpty();
        assertThat(cursor(part)).isEqualTo("e1-100000");
        assertThat(cursor(search("e1-100000", "text=needle"))).isEqualTo("e1-100001");
    }

    @Test
    void shouldWaitForTheNextEventOfTheHistory() throws Exception {
        CompletableFuture<HttpResponse<String>> waiting = server.client.sendAsync(
                server.request("/events/history?topic=build.&since=" + history.head() + "&wait=60")
                        .build(),
                BodyHandlers.ofString());
        history.create("x");
        history.append("ci", "build.a", "1");
        assertThat(waiting.get(30, TimeUnit.SECONDS).body()).contains("build.a").hasLineCount(1);
        long before = System.nanoTime();
        assertThat(server.get("/events/history?since=" + history.head() + "&wait=1")
                        .body())
                .isEmpty();
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(900));
    }

    @Test
    void shouldVerifyTheDigestOfAPayload() throws Exception {
        String md5OfHello = "XUFAKrxLKna5cZ2REBfFkg==";

        assertThat(server.send("POST", "/events/x", "other", "Content-MD5", md5OfHello)
                        .statusCode())
                .isEqualTo(400);
        assertThat(server.send("POST", "/events/x", "hello", "Content-MD5", "hello")
                        .statusCode())
                .isEqualTo(400);
        assertThat(published.all).isEmpty();
        assertThat(server.send("POST", "/events/x", "hello", "Content-MD5", md5OfHello)
                        .statusCode())
                .isEqualTo(202);
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /events/x, If-Match, *, 412",
        "POST, /events/x, If-Match, '\"x\"', 412",
        "POST, /events/x, If-Match, x, 400",
        "POST, /events/x, If-Unmodified-Since, 'Sun, 23 Nov 2025 10:00:00 GMT', 412",
        "POST, /events/x, If-None-Match, *, 202",
        "GET, /events, If-Match, '\"x\"', 412",
        "HEAD, /events, If-Match, '\"x\"', 412",
        "HEAD, /events, If-Match, *, 200",
        "GET, /events/history, If-Match, '\"x\"', 412",
        "GET, /events/history, If-Match, *, 200",
        "GET, /events/history, If-None-Match, *, 304",
        "HEAD, /events/history, If-None-Match, *, 304",
        "POST, /events/history, If-None-Match, *, 202"
    })
    void shouldEvaluateConditions(String method, String path, String name, String value, int status) throws Exception {
        assertThat(server.send(method, path, "", name, value).statusCode()).isEqualTo(status);
        assertThat(published.all).hasSize(status == 202 ? 1 : 0);
    }

    @Test
    void shouldRefuseEventsThatAreTooLarge() throws Exception {
        byte[] large = new byte[100_001];

        assertThat(server.send("POST", "/events/x", "x".repeat(100_000)).statusCode())
                .isEqualTo(202);
        assertThat(server.send("POST", "/events/x", "x".repeat(100_001)).statusCode())
                .isEqualTo(413);
        assertThat(server.client
                        .send(
                                server.request("/events/x")
                                        .POST(BodyPublishers.ofByteArrays(List.of(large)))
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(413);
        assertThat(published.all).hasSize(1);
    }

    @Test
    void shouldLimitIncomingBytesAndReleaseThem() throws Exception {
        String head = "POST /events/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n";
        try (Socket slow = server.connect()) {
            slow.getOutputStream().write((head + "x".repeat(90_000)).getBytes(StandardCharsets.US_ASCII));
            slow.getOutputStream().flush();

            await().until(() -> status("x".repeat(90_000)) == 503);
        }

        await().until(() -> status("x".repeat(90_000)) == 202);
    }

    @Test
    void shouldStreamEventsAsTheyHappen() throws Exception {
        try (Stream stream = new Stream("topic=build.&topic=file.")) {
            assertThat(stream.head).contains("200 OK", "Content-Type: text/event-stream");

            send("jenkins", "build.done", "line 1\nline 2");
            assertThat(stream.next())
                    .containsExactly("data: {\"type\":\"event\",\"topic\":\"build.done\",\"user\":\"jenkins\","
                            + "\"time\":\"2026-11-23T10:00:00Z\",\"data\":\"line 1\\nline 2\"}");

            send("jenkins", "other", "not subscribed");
            broker.send("jenkins", TIME, bytes("build.raw"), new byte[] {(byte) 0xff}, bytes("more"));
            assertThat(stream.next())
                    .containsExactly("data: {\"type\":\"event\",\"topic\":\"build.raw\",\"user\":\"jenkins\","
                            + "\"time\":\"2026-11-23T10:00:00Z\",\"base64\":\"/w==\",\"frames\":[\"bW9yZQ==\"]}");
        }
    }

    @Test
    void shouldBeginTheStreamOnceTheSubscriptionIsInForce() throws Exception {
        AtomicBoolean sent = new AtomicBoolean();
        broker.addSubscriptionListener(new SubscriptionListener() {
            @Override
            public void subscriptionsChanged() {
                // only asked to confirm
            }

            @Override
            public void confirm(Runnable confirmed) {
                new Thread(() -> {
                            send("jenkins", "build.done", "17");
                            sent.set(true);
                            confirmed.run();
                        })
                        .start();
            }
        });
        try (Stream stream = new Stream("topic=build.")) {
            assertThat(sent).isTrue();
            assertThat(stream.next().get(0)).contains("build.done");
        }
    }

    @Test
    void shouldSendTheGrantedTopicsFirst() throws Exception {
        server.setUser(new User(
                "u",
                Set.of(),
                List.of(new Grant(Action.SUBSCRIBE, "build.a.", "user u"), new Grant(Action.READ, "x/", "user u"))));
        try (Stream stream = new Stream("topic=build.&topic=other&topic=file.created")) {
            assertThat(stream.granted).containsExactly(": granted [\"build.a.\",\"file.created/x/\"]");
        }
    }

    @Test
    void shouldAnswerHeadAsGetWithoutAStream() throws Exception {
        var response = server.send("HEAD", "/events?topic=build.", "");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
        assertThat(server.send("HEAD", "/events?since=x", "").statusCode()).isEqualTo(400);
        assertThat(broker.sessions()).isEmpty();
        assertThat(server.send("HEAD", "/events/x", "").headers().firstValue("Allow"))
                .contains("POST, OPTIONS");
    }

    @Test
    void shouldBlockNoThreadWhileAnEventIsValidated() throws Exception {
        Queue<Runnable> pending = new ConcurrentLinkedQueue<>();
        broker.validate(pending::add);
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 300; i++) { // more than there are threads
            answers.add(server.client.sendAsync(
                    server.request("/events/x")
                            .POST(BodyPublishers.ofString("x"))
                            .build(),
                    BodyHandlers.ofString()));
        }
        await().until(() -> pending.size() == 300);
        assertThat(server.send("GET", "/events/x", "").statusCode()).isEqualTo(405);
        pending.forEach(Runnable::run);
        for (CompletableFuture<HttpResponse<String>> response : answers) {
            assertThat(response.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(202);
        }
        assertThat(published.all).hasSize(300);
        assertThat(broker.sessions()).isEmpty();
    }

    @Test
    void shouldKeepStreamsWhenTheConfigurationChanges() throws Exception {
        try (Stream stream = new Stream("topic=build.")) {
            handler.modified(Configurations.of(HttpConfiguration.class, "maxEventBytes", 2_000));

            send("jenkins", "build.done", "still here");
            assertThat(stream.next()).singleElement().asString().contains("still here");
            assertThat(status("x".repeat(2_001))).isEqualTo(413);
            assertThat(status("x".repeat(2_000))).isEqualTo(202);
        }
    }

    private void send(String user, String topic, String payload) {
        broker.send(user, TIME, bytes(topic), bytes(payload));
    }

    private void announce(EventRun event) {
        EventReader reader = new EventReader(event);
        reader.next();
        broker.announce(event.cursor().orElseThrow(), reader.topic(), bytes("{}"));
    }

    @Test
    void shouldUseTheCursorAsIdOfFileEvents() throws Exception {
        try (Stream stream = new Stream("topic=file.")) {
            announce(history.create("a"));

            List<String> event = stream.next();
            assertThat(event.get(0)).isEqualTo("id: e1-1");
            assertThat(event.get(1))
                    .startsWith("data: {\"type\":\"event\",\"topic\":\"file.created/a\",\"user\":\"\"")
                    .doesNotContain("cursor");
        }
    }

    @Test
    void shouldReplayAndContinueLiveWithoutGapOrDuplicate() throws Exception {
        history.create("old");
        history.create("a");
        history.create("b");
        history.beforeRead(() -> {
            // Events during the replay are both in the journal and in the session queue.
            if (history.head().sequence() == 3 && !published.hasNoSessions()) {
                announce(history.create("c"));
            }
        });

        try (Stream stream = new Stream("topic=file.&since=e1-1")) {
            assertThat(List.of(stream.id(), stream.id(), stream.id())).containsExactly("e1-2", "e1-3", "e1-4");

            announce(history.create("d"));
            assertThat(stream.id()).isEqualTo("e1-5");
        }
    }

    @Test
    void shouldGoOnWithAReplayOnceTheHistoryCanBeReadAgain() throws Exception {
        history.create("a");
        AtomicInteger reads = new AtomicInteger();
        history.beforeRead(() -> {
            if (reads.incrementAndGet() == 2) { // the first one only looks whether the cursor is known
                history.refuse(Optional.of(Refusal.unavailable("it is away", Duration.ofSeconds(1))));
            }
        });

        try (Stream stream = new Stream("topic=file.&since=0")) {
            await().until(() -> history.refused() >= 2);
            history.refuse(Optional.empty());
            assertThat(stream.id()).isEqualTo("e1-1");
            announce(history.create("b"));
            assertThat(stream.id()).isEqualTo("e1-2");
        }
    }

    @Test
    void shouldCloseTheSessionAndRefusePagesWhenTheHistoryFails() throws Exception {
        history.beforeRead(() -> {
            throw new UncheckedIOException(new IOException("the disk fails"));
        });
        assertThat(server.get("/events?topic=file.&since=0").statusCode()).isEqualTo(500);
        assertThat(broker.sessions()).isEmpty();
        for (String query : List.of("since=0", "newest=5", "since=0&wait=60")) {
            assertThat(server.get("/events/history?" + query).statusCode()).isEqualTo(503);
        }
    }

    @Test
    void shouldReplayFileEventsThatTheSessionLost() throws Exception {
        history.create("a");

        try (Stream stream = new Stream("since=e1-0")) {
            assertThat(stream.id()).isEqualTo("e1-1");
            history.create("lost");
            broker.openInjector().reportLost(1);
            EventRun kept = history.create("kept");
            send("", "build.done", "x");
            announce(kept);

            // the loss may be noticed before or after the event without a cursor is taken
            List<String> events = List.of(
                    stream.next().get(0), stream.next().get(0), stream.next().get(0));
            assertThat(events).filteredOn(line -> line.startsWith("id: ")).containsExactly("id: e1-2", "id: e1-3");
            assertThat(events).filteredOn(line -> line.contains("build.done")).hasSize(1);
            announce(history.create("later"));
            assertThat(stream.id()).isEqualTo("e1-4");
        }
    }

    @Test
    void shouldReplayOnlyWhatTheClientSubscribedToAndMayRead() throws Exception {
        history.create("builds/a");
        history.create("private/b");
        history.create("builds/c");
        history.create("builds/x/d");
        server.setUser(new User("ci", Set.of(), List.of(new Grant(Action.READ, "builds/", "user ci"))));

        try (Stream stream = new Stream("topic=file.created/builds/x&topic=file.created/builds/c&since=0")) {
            assertThat(stream.id()).isEqualTo("e1-3");
            assertThat(stream.id()).isEqualTo("e1-4");
        }
    }

    @Test
    void shouldResumeFromLastEventIdWhenABrowserReconnects() throws Exception {
        history.create("a");
        history.create("b");

        try (Stream stream = new Stream("topic=file.&since=0", "Last-Event-ID: e1-1")) {
            assertThat(stream.id()).isEqualTo("e1-2");
        }
    }

    @Test
    void shouldRefuseAnExpiredOrMalformedCursor() throws Exception {
        HttpResponse<String> gone = server.get("/events?since=other-1");
        assertThat(gone.statusCode()).isEqualTo(410);
        assertThat(gone.headers().firstValue("Datahub-Cursor")).contains("e1-0");
        assertThat(server.get("/events?since=yesterday").statusCode()).isEqualTo(400);
        assertThat(server.get("/events?topic=a&topic=b&topic=c&topic=d").statusCode())
                .isEqualTo(400);
    }

    @Test
    void shouldEndTheStreamWithAReasonWhenAccessIsLost() throws Exception {
        try (Stream stream = new Stream("topic=a")) {
            broker.endAll(CloseReason.ACCESS_LOST);

            assertThat(stream.next()).containsExactly(": access lost");
            assertThat(stream.isAtEnd()).isTrue();
        }
    }

    @Test
    void shouldEndStreamsWhenTheHandlerStops() throws Exception {
        try (Stream stream = new Stream("topic=a")) {
            assertThat(handler.shutdown()).isCompleted();

            assertThat(stream.next()).containsExactly(": the hub is stopping");
            assertThat(stream.isAtEnd()).isTrue();
        }
    }

    @Test
    void shouldCloseTheSessionWhenTheClientDisconnects() throws Exception {
        Stream stream = new Stream("topic=a");
        assertThat(broker.sessions()).hasSize(1);
        stream.close();

        await().until(() -> {
            send("jenkins", "a", "x".repeat(10_000));
            return published.hasNoSessions();
        });
    }

    @Test
    void shouldNotBlockThePublisherWhenAClientDoesNotRead() throws Exception {
        try (Stream stream = new Stream("topic=a")) {
            for (int i = 0; i < 2_000; i++) {
                send("jenkins", "a", "x".repeat(10_000));
            }
            assertThat(stream.next().get(0)).contains("xxx");
        }
    }

    @Test
    void shouldLeaveUpgradesToOtherHandlers() throws Exception {
        assertThat(server.wire(
                        "GET /events HTTP/1.1\r\nHost: x\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ");
    }

    private int status(String body) {
        try {
            return server.send("POST", "/events/x", body).statusCode();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** An event stream client. */
    private final class Stream implements AutoCloseable {
        final String head;
        final List<String> granted;
        private final Socket socket;
        private final BufferedReader lines;

        Stream(String query, String... headers) throws IOException {
            socket = server.connect();
            socket.getOutputStream()
                    .write(bytes("GET /events?" + query + " HTTP/1.1\r\nHost: x\r\n"
                            + String.join("\r\n", headers)
                            + (headers.length == 0 ? "" : "\r\n")
                            + "Connection: close\r\n\r\n"));
            head = TestServer.readTo(socket.getInputStream(), "\r\n\r\n");
            lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            granted = next();
            assertThat(granted).singleElement().asString().startsWith(": granted [");
        }

        /** The lines up to the next empty line. */
        List<String> next() throws IOException {
            List<String> event = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty() && !event.isEmpty()) {
                    return event;
                }
                if (!line.isEmpty() && !line.matches("[0-9A-Fa-f]+")) {
                    event.add(line);
                }
            }
            throw new IOException("the stream ended");
        }

        String id() throws IOException {
            return next().get(0).replace("id: ", "");
        }

        boolean isAtEnd() throws IOException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isEmpty() && !line.equals("0")) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
