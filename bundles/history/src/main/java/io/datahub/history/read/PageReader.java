package io.datahub.history.read;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.event.EventRun;
import io.datahub.api.history.EventHistory;
import io.datahub.api.history.FileEvents;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.history.segment.TopicReader;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads one page: the merge of the file events and the logs. Not thread-safe. */
final class PageReader implements Closeable {

    /** A page ends after so many bytes of events that weren't selected, so that a reader of few topics isn't blocked. */
    private static final long MAX_EXAMINED_BYTES = 32L << 20;

    private final TopicFilter filter;
    private final FileEventReader files;
    private final List<TopicReader> logs;
    private final List<TopicReader> ready = new ArrayList<>();

    PageReader(TopicFilter filter, FileEventReader files, List<TopicReader> logs) {
        this.filter = filter;
        this.files = files;
        this.logs = logs;
    }

    /**
     * Reads the page.
     *
     * @param since where it begins
     * @param head where the history ends
     */
    Result<EventHistory.Page> read(Cursor since, Cursor head, int maxEvents, int maxBytes) throws IOException {
        Optional<Refusal> gone = files.advance();
        if (gone.isPresent()) {
            return Result.refused(gone.get());
        }
        for (TopicReader log : logs) {
            if (log.next()) {
                ready.add(log);
            }
        }
        List<EventRun> events = new ArrayList<>();
        Cursor examined = since;
        long bytes = 0;
        while (true) {
            TopicReader log = nextLog();
            Change change = files.next();
            if (log == null && change == null) {
                return Result.done(new EventHistory.Page(events, head));
            }
            boolean isFile = change != null
                    && (log == null
                            || change.cursor().sequence() <= log.position().sequence());
            Cursor cursor = isFile ? change.cursor() : log.cursor(head.epoch());
            if (isFile || filter.includes(log.bytes(), log.eventStart())) {
                EventRun event = isFile ? FileEvents.event(change) : log.event(cursor);
                bytes += event.length();
                if (events.size() == maxEvents || (bytes > maxBytes && !events.isEmpty())) {
                    return Result.done(new EventHistory.Page(events, examined));
                }
                events.add(event);
            } else if (log.bytesRead() > MAX_EXAMINED_BYTES) {
                return Result.done(new EventHistory.Page(events, cursor));
            }
            examined = cursor;
            if (isFile) {
                gone = files.advance();
                if (gone.isPresent()) {
                    return Result.done(new EventHistory.Page(events, examined));
                }
            } else if (!log.next()) {
                ready.remove(log);
            }
        }
    }

    /** The log with the oldest event; null if all are at their end. */
    private TopicReader nextLog() {
        TopicReader first = null;
        for (int i = 0; i < ready.size(); i++) { // most often there is one, and no iterator for each event
            TopicReader log = ready.get(i);
            if (first == null || log.position().number() < first.position().number()) {
                first = log;
            }
        }
        return first;
    }

    @Override
    public void close() throws IOException {
        for (TopicReader log : logs) {
            log.close();
        }
    }
}
