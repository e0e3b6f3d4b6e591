package io.datahub.records.history;

import io.datahub.api.Result;
import io.datahub.api.event.EventRun;
import io.datahub.api.history.EventHistory;
import io.datahub.api.history.FileEvents;
import io.datahub.api.history.HistoryWaiters;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.ChangeListener;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of changes, as the history of a hub that keeps nothing else. A service with a higher ranking that keeps
 * topics takes its place. Thread-safe.
 */
public final class FileEventHistory implements EventHistory, ChangeListener {

    private static final Logger LOG = LoggerFactory.getLogger(FileEventHistory.class);

    private static final int MAX_NEWEST_EXAMINED = 16_384;

    private final ChangeJournal journal;

    private final HistoryWaiters waiters = new HistoryWaiters(
            this::head, failure -> LOG.error("event=history.waiter.failed head={}", head(), failure));

    public FileEventHistory(ChangeJournal journal) {
        this.journal = journal;
    }

    @Override
    public Cursor head() {
        return journal.head();
    }

    @Override
    public Cursor oldest(Cursor since, Collection<String> prefixes) {
        Cursor oldest = journal.oldest();
        if (!oldest.isUpTo(since)) {
            return oldest;
        }
        Cursor head = head();
        return since.isUpTo(head) ? since : head;
    }

    @Override
    public Result<Page> read(User user, Cursor since, Collection<String> prefixes, int maxEvents, int maxBytes) {
        return journal.read(user, since, "", maxEvents).then(page -> Result.done(oldest(page, prefixes, maxBytes)));
    }

    private static Page oldest(ChangeJournal.Page page, Collection<String> prefixes, int maxBytes) {
        List<EventRun> events = new ArrayList<>();
        long bytes = 0;
        Cursor examined = null;
        for (Change change : page.changes()) {
            if (includes(prefixes, change.topic())) {
                EventRun event = FileEvents.event(change);
                bytes += event.length();
                if (bytes > maxBytes && !events.isEmpty()) {
                    return new Page(events, examined);
                }
                events.add(event);
            }
            examined = change.cursor();
        }
        return new Page(events, page.next());
    }

    @Override
    public Page newest(User user, Collection<String> prefixes, int maxEvents, int maxBytes) {
        int examined = maxEvents;
        ChangeJournal.Page page = journal.newest(user, "", examined);
        while (page.changes().size() == examined
                && examined < MAX_NEWEST_EXAMINED
                && page.changes().stream()
                                .filter(change -> includes(prefixes, change.topic()))
                                .count()
                        < maxEvents) {
            examined = Math.min(MAX_NEWEST_EXAMINED, 8 * examined);
            page = journal.newest(user, "", examined);
        }
        List<EventRun> events = new ArrayList<>();
        long bytes = 0;
        for (int i = page.changes().size() - 1; i >= 0 && events.size() < maxEvents; i--) {
            Change change = page.changes().get(i);
            if (includes(prefixes, change.topic())) {
                EventRun event = FileEvents.event(change);
                bytes += event.length();
                if (bytes > maxBytes && !events.isEmpty()) {
                    break;
                }
                events.add(event);
            }
        }
        Collections.reverse(events);
        return new Page(events, page.next());
    }

    private static boolean includes(Collection<String> prefixes, String topic) {
        for (String prefix : prefixes) {
            if (topic.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Runnable whenAfter(Cursor since, Runnable action) {
        return waiters.add(since.equals(Cursor.BEGINNING) ? journal.oldest() : since, action);
    }

    @Override
    public CompletionStage<Void> changed(Change change) {
        waiters.advancedTo(change.cursor());
        return DONE;
    }

    /** The head has advanced, perhaps by something that isn't a change. */
    public void advanced() {
        waiters.advanced();
    }
}
