package io.datahub.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.LastEvents;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.history.log.HistoryLog;
import io.datahub.history.log.LogState;
import io.datahub.test.memory.MemoryHistory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to events that a disk doesn't take. */
class FailingDiskTest {

    private static final String RULES = "a.: 1d, 1 MiB; b.: 1d, 1 MiB/a.: 10 topics";

    @TempDir
    Path folder;

    private TestHistory hub;

    @AfterEach
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    private void start() throws IOException {
        hub = new TestHistory(folder.resolve("history"), RULES);
        hub.configure(RULES, "always");
    }

    /** Has the next event with this prefix begin a segment, which fails. */
    private Path breakDisk(String prefix) throws Exception {
        hub.append(prefix + "full", "x".repeat(62_000)).get();
        hub.append(prefix + "full", "x".repeat(10_000)).get();
        return Files.createDirectory(folder.resolve("history/topics/t-" + prefix + "/next.tmp"));
    }

    private List<String> newest() {
        List<String> newest = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> asked = new CompletableFuture<>();
        hub.log.subscribe("a.x".getBytes(StandardCharsets.UTF_8), () -> {}, new LastEvents.Receiver() {
            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public boolean hasRoom() {
                asked.complete(null);
                return true;
            }

            @Override
            public void receive(List<EventRun> events) {
                events.forEach(event ->
                        newest.add(MemoryHistory.topic(event) + event.cursor().orElseThrow()));
            }
        });
        asked.join();
        return newest;
    }

    @Test
    void shouldKeepNothingThatItHasRefused() throws Exception {
        for (String failing : List.of("a.", "b.")) {
            start();
            Path obstacle = breakDisk(failing);
            List<CompletableFuture<Cursor>> refused = new ArrayList<>();
            Change change = hub.journal.append(Change.Type.CREATED, RecordPath.of("f" + failing));
            hub.log.announce(
                    change.cursor(),
                    () -> { // within the lock: both are in one flush
                        refused.add(hub.append("a.x", "first"));
                        refused.add(hub.append("b.x", "first"));
                    });
            CompletableFuture<Cursor> file = hub.create("after");
            for (CompletableFuture<Cursor> one : refused) {
                assertThatThrownBy(one::join).hasMessageContaining("UNAVAILABLE");
            }
            file.get();
            assertThat(hub.topics(Cursor.BEGINNING, "a.x", "b.x")).isEmpty();
            Files.delete(obstacle);
            await().until(() -> hub.log.failure().isEmpty());
            Cursor again = hub.append("a.x", "again").get();
            hub.append("b.x", "again").get();
            for (int round = 0; round < 2; round++) {
                assertThat(hub.topics(Cursor.BEGINNING, "a.x", "b.x")).containsExactly("a.x", "b.x");
                assertThat(hub.topics(Cursor.BEGINNING, "a.", "b.")).hasSize(4);
                assertThat(hub.log.readers().states().stream().mapToInt(LogState::gaps))
                        .containsOnly(0);
                await().until(() -> newest().equals(List.of("a.x" + again)));
                hub = hub.reopen(RULES);
            }
            hub.close();
            try (var files = Files.walk(folder.resolve("history"))) {
                for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    @Test
    void shouldHaveTheNewestEventOfATopicThatItHasNotRefused() throws Exception {
        start();
        Cursor first = hub.append("a.x", "1").get();
        Change change = hub.journal.append(Change.Type.CREATED, RecordPath.of("f"));
        Change unheard = hub.journal.append(Change.Type.CREATED, RecordPath.of("g"));
        List<CompletableFuture<Cursor>> outcomes = new ArrayList<>();
        hub.log.announce(
                change.cursor(),
                () -> { // within the lock: all are in one flush
                    outcomes.add(hub.append("b.x", "delivered"));
                    hub.log.announce(unheard.cursor(), () -> {
                        throw new IllegalStateException("a delivery that fails after the flush");
                    });
                    outcomes.add(hub.append("a.x", "2"));
                    outcomes.add(hub.append("a.xy", "1"));
                    outcomes.add(hub.append("a.x", ""));
                });
        outcomes.get(0).get();
        for (CompletableFuture<Cursor> one : outcomes.subList(1, outcomes.size())) {
            assertThatThrownBy(one::join).hasMessageContaining("UNAVAILABLE");
        }
        await().until(() -> newest().equals(List.of("a.x" + first)));
        hub = hub.reopen(RULES);
        await().until(() -> newest().equals(List.of("a.x" + first)));
    }

    @Test
    void shouldKeepTheNewestEventIfTheOneThatReplacesItIsRefused() throws Exception {
        start();
        Path obstacle = breakDisk("a.");
        hub.configure(RULES, "60000");
        List<CompletableFuture<Cursor>> outcomes = new ArrayList<>();
        Change change = hub.journal.append(Change.Type.CREATED, RecordPath.of("f"));
        hub.log.announce(
                change.cursor(),
                () -> { // within the lock: all are in one flush
                    outcomes.add(hub.append("a.x", "answered"));
                    for (int i = 0; i < 40; i++) {
                        outcomes.add(hub.append("b.x", "x".repeat(500_000)));
                    }
                    outcomes.add(hub.append("a.x", "refused"));
                });
        Cursor answered = outcomes.get(0).get();
        assertThatThrownBy(() -> outcomes.get(41).join()).hasMessageContaining("UNAVAILABLE");
        Files.delete(obstacle);
        await().until(() -> hub.log.failure().isEmpty());
        await().until(() -> newest().equals(List.of("a.x" + answered)));
        hub = hub.reopen(RULES);
        await().until(() -> newest().equals(List.of("a.x" + answered)));
    }

    @Test
    void shouldNotTakeAFileInUseForADamagedOne() throws Exception {
        start();
        Cursor cursor = hub.append("a.x", "1").get();
        assertThatThrownBy(() -> new TestHistory(folder.resolve("history"), hub.journal, RULES, "100"))
                .isInstanceOf(IOException.class);
        hub = hub.reopen(RULES);
        await().until(() -> newest().equals(List.of("a.x" + cursor)));
    }

    @Test
    void shouldCloseWhatItHasOpenedIfItCannotStart() throws Exception {
        start();
        Cursor cursor = hub.append("a.x", "1").get();
        hub.close();
        Path epoch = folder.resolve("history/epoch");
        String before = Files.readString(epoch);
        Files.writeString(epoch, "damaged");
        assertThatThrownBy(() -> new HistoryLog(folder.resolve("history"), folder, hub.journal.head()))
                .hasMessageContaining("is damaged");
        Files.writeString(epoch, before);
        hub = hub.reopen(RULES);
        await().until(() -> newest().equals(List.of("a.x" + cursor)));
        assertThat(folder.resolve("history/last.mv.damaged")).doesNotExist();
    }
}
