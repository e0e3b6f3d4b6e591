package io.datahub.cluster.journal;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerJournal;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.cluster.engine.EngineErrors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ledger's journal up to what this hub has announced, or announces just now. Thread-safe. */
public final class ClusterJournal implements ChangeJournal {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterJournal.class);
    private static final int PAGE = 1_000;
    private static final int MAX_EXAMINED = 50_000;

    private final LedgerJournal journal;
    private final EntryChanges changes;
    private final JournalTail tail;
    private final Freshness freshness;

    /** The number before the oldest entry, when it was last read. */
    private volatile long oldest;

    public ClusterJournal(LedgerJournal journal, EntryChanges changes, JournalTail tail, Freshness freshness) {
        this.journal = journal;
        this.changes = changes;
        this.tail = tail;
        this.freshness = freshness;
    }

    @Override
    public Cursor head() {
        return changes.cursor(tail.readable());
    }

    @Override
    public Cursor oldest() {
        try {
            oldest = journal.head().oldest();
        } catch (IOException e) {
            LOG.debug("event=cluster.journal.unreadable", e); // the last one known will do
        }
        return changes.cursor(Math.min(oldest, tail.readable()));
    }

    @Override
    public Result<Page> read(User user, Cursor since, String prefix, int limit) {
        if (!freshness.isFresh()) {
            return Result.refused(freshness.refuse().orElseThrow());
        }
        try {
            return EngineErrors.translate(() -> tryToRead(user, since, prefix, limit));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Result<Page> tryToRead(User user, Cursor since, String prefix, int limit) throws IOException {
        long end = tail.readable();
        boolean fromOldest = since.equals(Cursor.BEGINNING);
        if (!fromOldest && !since.isComparableTo(changes.cursor(end))) {
            return gone(since, journal.head());
        }
        if (!fromOldest && since.sequence() > end) {
            return Result.done(new Page(List.of(), since));
        }
        long first = fromOldest ? Math.min(journal.head().oldest(), end) : since.sequence();
        List<Change> found = new ArrayList<>();
        long after = first;
        while (after < end && found.size() < limit && after - first < MAX_EXAMINED) {
            LedgerJournal.Page page = journal.read(after, end, prefix, Math.min(PAGE, limit - found.size()));
            if (page.head().oldest() > after) {
                if (!fromOldest) {
                    return gone(since, page.head());
                }
                found.clear();
                after = Math.min(page.head().oldest(), end);
                first = after;
                continue;
            }
            addReadable(user, page.entries(), found);
            after = page.next();
        }
        if (!fromOldest && after == first && journal.head().oldest() > first) {
            return gone(since, journal.head());
        }
        return Result.done(new Page(found, changes.cursor(after)));
    }

    private void addReadable(User user, List<LedgerEntry> entries, List<Change> found) {
        for (LedgerEntry entry : entries) {
            if (user.mayRead(entry.version().path())) {
                found.add(changes.of(entry));
            }
        }
    }

    private Result<Page> gone(Cursor since, LedgerJournal.Head head) {
        return Result.refused(
                Reason.GONE,
                "the journal no longer has the changes after " + since
                        + "; list the records again and resume from there. The oldest cursor is "
                        + changes.cursor(head.oldest()));
    }

    @Override
    public Page newest(User user, String prefix, int limit) {
        try {
            long end = tail.readable();
            List<Change> newest = new ArrayList<>();
            int wanted = limit;
            while (true) {
                List<LedgerEntry> entries = journal.newest(end, prefix, wanted).entries();
                newest.clear();
                addReadable(user, entries, newest);
                if (newest.size() >= limit || entries.size() < wanted || wanted >= MAX_EXAMINED) {
                    break;
                }
                wanted = Math.min(MAX_EXAMINED, 8 * wanted);
            }
            return new Page(newest.subList(Math.max(0, newest.size() - limit), newest.size()), changes.cursor(end));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
