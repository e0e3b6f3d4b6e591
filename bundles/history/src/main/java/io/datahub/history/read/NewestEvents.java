package io.datahub.history.read;

import io.datahub.api.event.EventRun;
import io.datahub.api.history.FileEvents;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.history.log.Head;
import io.datahub.history.log.HistoryLog;
import io.datahub.history.segment.TopicReader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/** Collects the newest events of some topics. Not thread-safe. */
final class NewestEvents {

    private static final int MAX_EXAMINED_FILES = 16_384;
    private static final long FIRST_BYTES = 256 * 1024;
    private static final long MAX_EXAMINED_BYTES = 64L << 20;

    private static final Comparator<EventRun> ORDER = Comparator.comparing(
            NewestEvents::cursor, Comparator.comparing(Cursor::sequence).thenComparing(Cursor::kept));

    private final int maxEvents;
    private final int maxBytes;
    private final List<EventRun> found = new ArrayList<>();

    NewestEvents(int maxEvents, int maxBytes) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
    }

    private static Cursor cursor(EventRun event) {
        return event.cursor().orElseThrow();
    }

    /** Adds file events up to the head. */
    void addFiles(ChangeJournal journal, User user, Collection<String> prefixes, Cursor head) {
        int examined = Math.min(maxEvents, MAX_EXAMINED_FILES);
        while (true) {
            List<Change> changes = journal.newest(user, "", examined).changes();
            List<Change> selected = changes.stream()
                    .filter(change ->
                            change.cursor().isUpTo(head) && prefixes.stream().anyMatch(change.topic()::startsWith))
                    .toList();
            if (selected.size() >= maxEvents || changes.size() < examined || examined == MAX_EXAMINED_FILES) {
                selected.forEach(change -> found.add(FileEvents.event(change)));
                return;
            }
            examined = Math.min(MAX_EXAMINED_FILES, 8 * examined);
        }
    }

    /** Adds kept events. */
    void addKept(HistoryLog log, TopicFilter filter, Collection<String> prefixes, Head head) throws IOException {
        List<EventRun> newest = new ArrayList<>();
        boolean isDone = false;
        for (long bytes = FIRST_BYTES; !isDone && bytes <= MAX_EXAMINED_BYTES; bytes *= 8) {
            newest.clear();
            isDone = true;
            for (TopicReader reader : log.readers().readEnd(prefixes, bytes, head)) {
                try (reader) {
                    Deque<EventRun> ofLog = new ArrayDeque<>();
                    boolean isWhole = reader.isFromBeginning();
                    collect(reader, filter, head.cursor(), ofLog);
                    isDone &= isWhole || ofLog.size() >= maxEvents;
                    newest.addAll(ofLog);
                }
            }
        }
        found.addAll(newest);
    }

    private void collect(TopicReader reader, TopicFilter filter, Cursor head, Deque<EventRun> newest)
            throws IOException {
        while (reader.next()) {
            if (filter.includes(reader.bytes(), reader.eventStart())) {
                newest.addLast(reader.event(reader.cursor(head.epoch())));
                if (newest.size() > maxEvents) {
                    newest.removeFirst();
                }
            }
        }
    }

    /** The newest of all, oldest first, within the limits. */
    List<EventRun> events() {
        found.sort(ORDER);
        Deque<EventRun> newest = new ArrayDeque<>();
        long bytes = 0;
        for (int i = found.size() - 1; i >= 0 && newest.size() < maxEvents; i--) {
            bytes += found.get(i).length();
            if (bytes > maxBytes && !newest.isEmpty()) {
                break;
            }
            newest.addFirst(found.get(i));
        }
        return List.copyOf(newest);
    }
}
