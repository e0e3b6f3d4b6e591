package io.datahub.history;

import io.datahub.api.Refusal;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.history.EventHistory;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.history.log.HistoryLog;
import io.datahub.history.read.MergedHistory;
import io.datahub.history.rules.DeduplicateRule;
import io.datahub.history.rules.FlushPolicy;
import io.datahub.history.rules.HistoryRules;
import io.datahub.history.rules.KeepRule;
import io.datahub.history.rules.LastRule;
import io.datahub.test.memory.MemoryChangeJournal;
import io.datahub.test.memory.MemoryHistory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A log in a folder, with a journal in memory. */
public final class TestHistory implements AutoCloseable {

    /** Stands for the position of an event that was published again. */
    static final Cursor REPEATED = new Cursor("repeated", 0);

    final MemoryChangeJournal journal;
    final HistoryLog log;
    final MergedHistory history;
    private final Path folder;

    TestHistory(Path folder, MemoryChangeJournal journal, String keep, String flush) throws IOException {
        this.folder = folder;
        this.journal = journal;
        log = new HistoryLog(folder, folder.resolveSibling("snapshot"), journal.head());
        history = new MergedHistory(journal, log);
        configure(keep, flush);
    }

    TestHistory(Path folder, String keep) throws IOException {
        this(folder, new MemoryChangeJournal(), keep, "100");
    }

    /** @param keep rules of kept topics, then after slashes those of newest events, and those of repeated ones */
    void configure(String keep, String flush) throws IOException {
        String[] parts = keep.split("/", -1);
        log.configure(new HistoryRules(
                KeepRule.parse(parts[0]),
                LastRule.parse(parts.length > 1 ? parts[1] : ""),
                DeduplicateRule.parse(parts.length > 2 ? parts[2] : ""),
                FlushPolicy.parse(flush),
                0));
    }

    /** The same, after a clean stop. */
    TestHistory reopen(String keep) throws IOException {
        close();
        return new TestHistory(folder, journal, keep, "100");
    }

    /** Another one over a copy of the files, as a process that is killed now would leave them. */
    TestHistory kill(Path copy, String keep) throws IOException {
        copy(folder, copy);
        return new TestHistory(copy, journal, keep, "100");
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    public static EventRun event(String topic, String payload) {
        ByteBuffer bytes =
                EventWriter.write(topic.getBytes(StandardCharsets.UTF_8), payload.getBytes(StandardCharsets.UTF_8));
        return new EventRun(new SharedBuffer(bytes), 0, bytes.limit(), 1, "ci", System.currentTimeMillis());
    }

    /** Appends an event; completed with its position, or exceptionally with the refusal. */
    CompletableFuture<Cursor> append(String topic, String payload) {
        return append(event(topic, payload));
    }

    CompletableFuture<Cursor> append(EventRun event) {
        CompletableFuture<Cursor> outcome = new CompletableFuture<>();
        log.append(event, new EventLog.Completion() {
            @Override
            public void appended(Cursor cursor) {
                outcome.complete(cursor);
            }

            @Override
            public void appended() {
                outcome.complete(Cursor.BEGINNING);
            }

            @Override
            public void repeated() {
                outcome.complete(REPEATED);
            }

            @Override
            public void refused(Refusal refusal) {
                outcome.completeExceptionally(new IllegalStateException(refusal.reason() + ": " + refusal.detail()));
            }
        });
        return outcome;
    }

    CompletableFuture<Cursor> create(String path) {
        Change change = journal.append(Change.Type.CREATED, RecordPath.of(path));
        CompletableFuture<Cursor> delivered = new CompletableFuture<>();
        log.announce(change.cursor(), () -> delivered.complete(change.cursor()));
        return delivered;
    }

    /** All events after a cursor, read in pages. */
    List<EventRun> read(User user, Cursor since, int pageEvents, String... prefixes) {
        List<EventRun> events = new ArrayList<>();
        Cursor position = since;
        while (!history.head().isUpTo(position)) {
            EventHistory.Page page = history.read(user, position, List.of(prefixes), pageEvents, 1 << 20)
                    .get();
            events.addAll(page.events());
            position = page.next();
        }
        return events;
    }

    List<String> topics(Cursor since, String... prefixes) {
        return read(User.HUB, since, 100, prefixes).stream()
                .map(MemoryHistory::topic)
                .toList();
    }

    @Override
    public void close() {
        log.close();
    }

    /** Runs an action when an event was appended. */
    record Appended(Runnable action) implements EventLog.Completion {

        @Override
        public void appended(Cursor cursor) {
            action.run();
        }

        @Override
        public void appended() {
            action.run();
        }

        @Override
        public void repeated() {
            throw new IllegalStateException("it was published once");
        }

        @Override
        public void refused(Refusal refusal) {
            throw new IllegalStateException(refusal.detail());
        }
    }
}
