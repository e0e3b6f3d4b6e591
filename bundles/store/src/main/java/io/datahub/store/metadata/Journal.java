package io.datahub.store.metadata;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads the journal, up to what lasts and no further. For any thread. */
public final class Journal implements ChangeJournal {

    private static final int MAX_LOOKED_AT = 50_000;

    private final MetadataStore ledger;

    public Journal(MetadataStore ledger) {
        this.ledger = ledger;
    }

    @Override
    public Cursor head() {
        return ledger.head().cursor();
    }

    @Override
    public Cursor oldest() {
        try {
            return ledger.read(books -> new Cursor(books.epoch, oldest(books)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean await(Cursor since, Duration time) throws InterruptedException {
        return ledger.head().await(since, time);
    }

    @Override
    public Result<Page> read(User user, Cursor since, String prefix, int limit) {
        Cursor head = head();
        try {
            return ledger.read(books -> read(books, head, user, since, prefix, limit));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Result<Page> read(
            MetadataDatabase books, Cursor head, User user, Cursor since, String prefix, int limit) {
        boolean fromOldest = since.epoch().isEmpty();
        boolean known = fromOldest || since.epoch().equals(head.epoch());
        long oldest = Math.min(oldest(books), head.sequence());
        long from = fromOldest ? oldest : since.sequence();
        if (known && from >= oldest && from <= head.sequence()) {
            Page page = page(books, head, user, from, prefix, limit);
            long trimmed = oldest(books);
            if (trimmed <= from) {
                return Result.done(page);
            }
            if (fromOldest) {
                return Result.done(behind(page, new Cursor(head.epoch(), trimmed)));
            }
        }
        return Result.refused(
                Reason.GONE,
                "the journal no longer has what came after " + since + "; list again and go on from there. The"
                        + " oldest cursor is " + new Cursor(head.epoch(), Math.min(oldest(books), head.sequence())));
    }

    /** What of a page lies behind a point up to which the journal was trimmed while the page was read: there nothing is missing. */
    private static Page behind(Page page, Cursor trimmed) {
        return new Page(
                page.changes().stream()
                        .filter(change -> change.cursor().sequence() > trimmed.sequence())
                        .toList(),
                page.next().sequence() < trimmed.sequence() ? trimmed : page.next());
    }

    /** The number before the oldest entry that there is. */
    private static long oldest(MetadataDatabase books) {
        Long first = books.journal.firstKey();
        return first == null ? books.sequence : first - 1;
    }

    private static Page page(MetadataDatabase books, Cursor head, User user, long from, String prefix, int limit) {
        List<Change> found = new ArrayList<>();
        long last = from;
        long stop = Math.min(head.sequence(), from + MAX_LOOKED_AT);
        while (last < stop && found.size() < limit) {
            last++;
            byte[] bytes = books.journal.get(last);
            if (bytes == null) {
                requireTrimmed(books, last);
            } else {
                Cursor cursor = new Cursor(head.epoch(), last);
                Change change = ChangeEventReader.read(new String(bytes, StandardCharsets.UTF_8), cursor);
                if (change.path().toString().startsWith(prefix) && user.mayRead(change.path())) {
                    found.add(change);
                }
            }
        }
        return new Page(found, new Cursor(head.epoch(), last));
    }

    /** Numbers have no gaps: what isn't there was trimmed, maybe just now, or is damaged. */
    private static void requireTrimmed(MetadataDatabase books, long sequence) {
        if (sequence > oldest(books)) {
            throw new Corruption.Found("the journal lacks the entry " + sequence);
        }
    }
}
