package io.datahub.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
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

    private final FakeJournal journal = new FakeJournal();
    private final ChangeSignal signal = new ChangeSignal();
    private final FakeRenewals renewals = new FakeRenewals();
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

    @Test
    void shouldAnswerWithTheJournalAsJsonLines() throws Exception {
        String a = journal.enter("a").json();
        String b = journal.enter("b").json();

        HttpResponse<String> answer = server.get("/changes?since=0");

        assertThat(answer.body()).isEqualTo(a + "\n" + b + "\n");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        assertThat(answer.headers().firstValue("Datahub-Cursor")).contains("e1-2");
    }

    @Test
    void shouldGoOnAfterTheCursor() throws Exception {
        journal.enter("a");
        String b = journal.enter("b").json();
        journal.enter("c");

        HttpResponse<String> answer = server.get("/changes?since=e1-1&limit=1");

        assertThat(answer.body()).isEqualTo(b + "\n");
        assertThat(answer.headers().firstValue("Datahub-Cursor")).contains("e1-2");
    }

    @Test
    void shouldKeepToThePrefixAndToWhatTheUserMayRead() throws Exception {
        journal.enter("private/a");
        String b = journal.enter("builds/b").json();
        journal.enter("builds/c");
        server.setUser(new User("ci", Set.of(), List.of(new Grant(Action.READ, "builds/", "user ci"))));

        assertThat(server.get("/changes?since=0&path=builds/b").body()).isEqualTo(b + "\n");
        assertThat(server.get("/changes?since=0").body()).doesNotContain("private");
    }

    @Test
    void shouldWaitForTheNextChange() throws Exception {
        CompletableFuture<HttpResponse<String>> answer = server.client.sendAsync(
                server.request("/changes?since=0&wait=30").build(), BodyHandlers.ofString());
        signal.changed(journal.enter("a"));

        assertThat(answer.get(30, TimeUnit.SECONDS).body()).contains("\"subject\":\"a\"");
    }

    @Test
    void shouldWaitOnWhenTheChangeIsNotForTheClient() throws Exception {
        CompletableFuture<HttpResponse<String>> answer = server.client.sendAsync(
                server.request("/changes?since=0&path=wanted&wait=30").build(), BodyHandlers.ofString());
        signal.changed(journal.enter("other"));
        signal.changed(journal.enter("wanted"));

        assertThat(answer.get(30, TimeUnit.SECONDS).body()).contains("wanted").doesNotContain("other");
    }

    @Test
    void shouldRefuseWhoLostAccessWhileWaiting() throws Exception {
        CompletableFuture<HttpResponse<String>> answer = server.client.sendAsync(
                server.request("/changes?since=0&wait=30").build(), BodyHandlers.ofString());
        renewals.revoke();
        signal.changed(journal.enter("a"));

        assertThat(answer.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(401);
    }

    @Test
    void shouldAnswerWithNothingWhenTheTimeIsOver() throws Exception {
        HttpResponse<String> answer = server.get("/changes?since=0&wait=1");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers().firstValue("Datahub-Cursor")).contains("e1-0");
    }

    @Test
    void shouldWaitLongerThanAConnectionMayBeSilent() throws Exception {
        assertThat(server.get("/changes?since=0&wait=4").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldAnswerThoseWhoWaitWhenTheHandlerGoes() throws Exception {
        CompletableFuture<HttpResponse<String>> answer = server.client.sendAsync(
                server.request("/changes?since=0&wait=30").build(), BodyHandlers.ofString());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!answer.isDone()) {
            assertThat(handler.shutdown()).isCompleted();
            assertThat(System.nanoTime()).isLessThan(deadline);
        }

        assertThat(answer.get().statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"since=x", "since=0&limit=0", "since=0&limit=x", "since=0&wait=-1", "since=0&wait=301"})
    void shouldRefuseParametersThatMakeNoSense(String query) throws Exception {
        assertThat(server.get("/changes?" + query).statusCode()).isEqualTo(400);
    }

    @Test
    void shouldSayThatACursorIsGone() throws Exception {
        HttpResponse<String> answer = server.get("/changes?since=other-7");

        assertThat(answer.statusCode()).isEqualTo(410);
        assertThat(answer.body()).contains("e1-0");
        assertThat(answer.headers().firstValue("Datahub-Cursor")).contains("e1-0");
    }

    @Test
    void shouldOnlyBeRead() throws Exception {
        HttpResponse<String> answer = server.send("POST", "/changes", "x");

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS");
        assertThat(server.get("/changes/x").statusCode()).isEqualTo(404);
    }
}
