package io.datahub.store.ledger;

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

    private final Ledger ledger;

    public Journal(Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public Cursor head() {
        return ledger.head().cursor();
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

    private static Result<Page> read(Books books, Cursor head, User user, Cursor since, String prefix, int limit) {
        Long first = books.journal.firstKey();
        long oldest = first == null ? head.sequence() : first - 1;
        boolean fromOldest = since.epoch().isEmpty();
        long from = fromOldest ? oldest : since.sequence();
        if ((!fromOldest && !since.epoch().equals(head.epoch())) || from < oldest || from > head.sequence()) {
            return Result.refused(
                    Reason.GONE,
                    "the journal no longer has what came after " + since + "; list again and go on from there. The"
                            + " oldest cursor is " + new Cursor(head.epoch(), Math.min(oldest, head.sequence())));
        }
        return Result.done(page(books, head, user, from, prefix, limit));
    }

    private static Page page(Books books, Cursor head, User user, long from, String prefix, int limit) {
        List<Change> found = new ArrayList<>();
        long last = from;
        long stop = Math.min(head.sequence(), from + MAX_LOOKED_AT);
        while (last < stop && found.size() < limit) {
            last++;
            byte[] bytes = books.journal.get(last);
            if (bytes != null) {
                Cursor cursor = new Cursor(head.epoch(), last);
                Change change = CloudEventReader.read(new String(bytes, StandardCharsets.UTF_8), cursor);
                if (change.path().toString().startsWith(prefix) && user.mayRead(change.path())) {
                    found.add(change);
                }
            }
        }
        return new Page(found, new Cursor(head.epoch(), last));
    }
}
