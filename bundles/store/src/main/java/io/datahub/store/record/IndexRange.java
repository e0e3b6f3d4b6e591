package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.metadata.PathKeys;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Goes through the index's entries below a directory, in order, a few at a time. For one thread. */
final class IndexRange {

    private static final int AT_ONCE = 256;

    private final MetadataStore ledger;
    private final String end;
    private String from;
    private Iterator<MetadataStore.Indexed> some =
            List.<MetadataStore.Indexed>of().iterator();
    private MetadataStore.Indexed next;
    private boolean finished;

    IndexRange(MetadataStore ledger, RecordPath directory) {
        this.ledger = ledger;
        from = PathKeys.begin(directory);
        end = PathKeys.end(directory);
    }

    /** Takes the next path. */
    Optional<RecordPath> next() throws IOException {
        return nextBefore(end);
    }

    /** Takes the next path, if its key comes before this one. */
    Optional<RecordPath> nextBefore(String key) throws IOException {
        MetadataStore.Indexed first = peek();
        if (first == null || first.key().compareTo(key) >= 0) {
            return Optional.empty();
        }
        next = null;
        return Optional.of(PathKeys.path(first.key()));
    }

    /** Takes the entry with this key, if it is the next. */
    Optional<IndexEntry> take(String key) throws IOException {
        MetadataStore.Indexed first = peek();
        if (first == null || !first.key().equals(key)) {
            return Optional.empty();
        }
        next = null;
        return Optional.of(first.entry());
    }

    /** Passes over everything before this key, which lies behind all that was taken. */
    void skipBefore(String key) {
        from = key;
        some = List.<MetadataStore.Indexed>of().iterator();
        next = null;
        finished = false;
    }

    private MetadataStore.Indexed peek() throws IOException {
        if (next == null && !finished) {
            if (!some.hasNext()) {
                List<MetadataStore.Indexed> found = ledger.range(from, end, AT_ONCE);
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
