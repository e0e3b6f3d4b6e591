package io.datahub.store.reconcile;

import io.datahub.api.path.RecordPath;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.metadata.PathKeys;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Iterates over the index entries below a directory, in key order and in batches. Not thread-safe. */
final class IndexRange {

    private static final int BATCH_SIZE = 256;

    private final MetadataStore metadata;
    private final String end;
    private String from;
    private Iterator<MetadataStore.Indexed> batch =
            List.<MetadataStore.Indexed>of().iterator();
    private MetadataStore.Indexed next;
    private boolean finished;

    IndexRange(MetadataStore metadata, RecordPath directory) {
        this.metadata = metadata;
        from = PathKeys.begin(directory);
        end = PathKeys.end(directory);
    }

    /** Returns and consumes the next path. */
    Optional<RecordPath> next() throws IOException {
        return nextBefore(end);
    }

    /** Returns and consumes the next path if its key is less than this one. */
    Optional<RecordPath> nextBefore(String key) throws IOException {
        MetadataStore.Indexed first = peek();
        if (first == null || first.key().compareTo(key) >= 0) {
            return Optional.empty();
        }
        next = null;
        return Optional.of(PathKeys.path(first.key()));
    }

    /** Returns and consumes the entry with this key if it is the next one. */
    Optional<IndexEntry> take(String key) throws IOException {
        MetadataStore.Indexed first = peek();
        if (first == null || !first.key().equals(key)) {
            return Optional.empty();
        }
        next = null;
        return Optional.of(first.entry());
    }

    /** Skips all entries before this key, which must be greater than all keys consumed so far. */
    void skipBefore(String key) {
        from = key;
        batch = List.<MetadataStore.Indexed>of().iterator();
        next = null;
        finished = false;
    }

    private MetadataStore.Indexed peek() throws IOException {
        if (next == null && !finished) {
            if (!batch.hasNext()) {
                List<MetadataStore.Indexed> found = metadata.range(from, end, BATCH_SIZE);
                finished = found.isEmpty();
                if (!finished) {
                    from = found.get(found.size() - 1).key() + '\u0000';
                }
                batch = found.iterator();
            }
            next = batch.hasNext() ? batch.next() : null;
        }
        return next;
    }
}
