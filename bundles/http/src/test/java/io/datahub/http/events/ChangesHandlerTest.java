package io.datahub.http.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.test.RenewingAuthenticator;
import io.datahub.test.http.TestServer;
import io.datahub.test.memory.MemoryChangeJournal;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangesHandlerTest {

    private final MemoryChangeJournal journal = new MemoryChangeJournal();
    private final ChangeSignal signal = new ChangeSignal();
    private final RenewingAuthenticator renewals = new RenewingAuthenticator();
    private ChangesHandler handler;
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        handler = new ChangesHandler(journal, signal, renewals);
        server = new TestServer(handler);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private Change add(String path) {
        return journal.append(Change.Type.CREATED, RecordPath.of(path));
    }

    @Test
    void shouldServeTheJournalAsJsonLines() throws Exception {
        String a = add("a").json();
        String b = add("b").json();

        HttpResponse<String> response = server.get("/changes?since=0");

        assertThat(response.body()).isEqualTo(a + "\n" + b + "\n");
        assertThat(response.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        assertThat(response.headers().firstValue("Datahub-Cursor")).contains("memory-2");
    }

    @Test
    void shouldContinueAfterTheCursor() throws Exception {
        add("a");
        String b = add("b").json();
        add("c");

        HttpResponse<String> response = server.get("/changes?since=memory-1&limit=1");

        assertThat(response.body()).isEqualTo(b + "\n");
        assertThat(response.headers().firstValue("Datahub-Cursor")).contains("memory-2");
    }

    @Test
    void shouldServeTheNewestChanges() throws Exception {
        add("a");
        String b = add("b").json();
        String c = add("c").json();

        HttpResponse<String> response = server.get("/changes?newest=2");

        assertThat(response.body()).isEqualTo(b + "\n" + c + "\n");
        assertThat(response.headers().firstValue("Datahub-Cursor")).contains("memory-3");
        assertThat(server.get("/changes?newest=2&path=a").body()).contains("\"a\"");
        assertThat(server.get("/changes?newest=2&since=0").statusCode()).isEqualTo(400);
        assertThat(server.get("/changes?newest=x").statusCode()).isEqualTo(400);
    }

    @Test
    void shouldFilterByPrefixAndReadGrants() throws Exception {
        add("private/a");
        String b = add("builds/b").json();
        add("builds/c");
        server.setUser(new User("ci", Set.of(), List.of(new Grant(Action.READ, "builds/", "user ci"))));

        assertThat(server.get("/changes?since=0&path=builds/b").body()).isEqualTo(b + "\n");
        assertThat(server.get("/changes?since=0").body()).doesNotContain("private");
    }

    @Test
    void shouldWaitForTheNextChange() throws Exception {
        CompletableFuture<HttpResponse<String>> response = server.client.sendAsync(
                server.request("/changes?since=0&wait=30").build(), BodyHandlers.ofString());
        signal.changed(add("a"));

        assertThat(response.get(30, TimeUnit.SECONDS).body()).contains("\"subject\":\"a\"");
    }

    @Test
    void shouldKeepWaitingWhenTheChangeIsNotForTheClient() throws Exception {
        CompletableFuture<HttpResponse<String>> response = server.client.sendAsync(
                server.request("/changes?since=0&path=wanted&wait=30").build(), BodyHandlers.ofString());
        signal.changed(add("other"));
        signal.changed(add("wanted"));

        assertThat(response.get(30, TimeUnit.SECONDS).body()).contains("wanted").doesNotContain("other");
    }

    @Test
    void shouldRefuseAClientThatLosesAccessWhileWaiting() throws Exception {
        CompletableFuture<HttpResponse<String>> response = server.client.sendAsync(
                server.request("/changes?since=0&wait=30").build(), BodyHandlers.ofString());
        renewals.revoke();
        signal.changed(add("a"));

        assertThat(response.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(401);
    }

    @Test
    void shouldRespondWithAnEmptyPageOnTimeout() throws Exception {
        HttpResponse<String> response = server.get("/changes?since=0&wait=1");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
        assertThat(response.headers().firstValue("Datahub-Cursor")).contains("memory-0");
    }

    @Test
    void shouldWaitLongerThanTheIdleTimeout() throws Exception {
        assertThat(server.get("/changes?since=0&wait=4").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldCompleteWaitingRequestsWhenTheHandlerStops() throws Exception {
        CompletableFuture<HttpResponse<String>> response = server.client.sendAsync(
                server.request("/changes?since=0&wait=30").build(), BodyHandlers.ofString());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!response.isDone()) {
            assertThat(handler.shutdown()).isCompleted();
            assertThat(System.nanoTime()).isLessThan(deadline);
        }

        assertThat(response.get().statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"since=x", "since=0&limit=0", "since=0&limit=x", "since=0&wait=-1", "since=0&wait=301"})
    void shouldRefuseInvalidParameters(String query) throws Exception {
        assertThat(server.get("/changes?" + query).statusCode()).isEqualTo(400);
    }

    @Test
    void shouldReportAnExpiredCursor() throws Exception {
        HttpResponse<String> response = server.get("/changes?since=other-7");

        assertThat(response.statusCode()).isEqualTo(410);
        assertThat(response.body()).contains("memory-0");
        assertThat(response.headers().firstValue("Datahub-Cursor")).contains("memory-0");
    }

    @Test
    void shouldAllowOnlyReads() throws Exception {
        HttpResponse<String> response = server.send("POST", "/changes", "x");

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS");
        assertThat(server.get("/changes/x").statusCode()).isEqualTo(404);
    }
}
