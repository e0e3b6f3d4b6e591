package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import io.datahub.store.ledger.Entry;
import io.datahub.store.ledger.Keys;
import io.datahub.store.ledger.Ledger;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Goes through the index's entries below a directory, in order, a few at a time. For one thread. */
final class KnownRange {

    private static final int AT_ONCE = 256;

    private final Ledger ledger;
    private final String end;
    private String from;
    private Iterator<Ledger.Indexed> some = List.<Ledger.Indexed>of().iterator();
    private Ledger.Indexed next;
    private boolean finished;

    KnownRange(Ledger ledger, RecordPath directory) {
        this.ledger = ledger;
        from = Keys.begin(directory);
        end = Keys.end(directory);
    }

    /** Takes the next path. */
    Optional<RecordPath> next() throws IOException {
        return nextBefore(end);
    }

    /** Takes the next path, if its key comes before this one. */
    Optional<RecordPath> nextBefore(String key) throws IOException {
        Ledger.Indexed first = peek();
        if (first == null || first.key().compareTo(key) >= 0) {
            return Optional.empty();
        }
        next = null;
        return Optional.of(Keys.path(first.key()));
    }

    /** Takes the entry with this key, if it is the next. */
    Optional<Entry> take(String key) throws IOException {
        Ledger.Indexed first = peek();
        if (first == null || !first.key().equals(key)) {
            return Optional.empty();
        }
        next = null;
        return Optional.of(first.entry());
    }

    /** Passes over everything before this key, which lies behind all that was taken. */
    void skipBefore(String key) {
        from = key;
        some = List.<Ledger.Indexed>of().iterator();
        next = null;
        finished = false;
    }

    private Ledger.Indexed peek() throws IOException {
        if (next == null && !finished) {
            if (!some.hasNext()) {
                List<Ledger.Indexed> found = ledger.range(from, end, AT_ONCE);
                finished = found.isEmpty();
                if (!finished) {
                    from = found.get(found.size() - 1).key() + '\u0000';
                }
                some = found.iterator();
            }
            next = some.hasNext() ? some.next() : null;
        }
        return next;
    }
}
