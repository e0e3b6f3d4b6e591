package io.datahub.http.files;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * An LRU cache of the content of small records, one version of each. An entry is only used for the entity tag that it
 * was stored with, which is unique to a version, so it is never stale. The least recently used entries are evicted
 * first. Thread-safe.
 */
final class SmallRecordCache {

    private static final int MAX_RECORD_BYTES = 64 * 1024;

    /** For how long after a use the operating system certainly has the attributes of the file in memory. */
    private static final long IN_USE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long maxBytes;
    private final LongSupplier nanoTime;
    private final Map<RecordPath, Entry> entries = new LinkedHashMap<>(64, 0.75f, true); // guarded by this
    private long bytes; // guarded by this

    private static final class Entry {

        private final String etag;
        private final byte[] content;
        private long usedAt;

        Entry(String etag, byte[] content, long usedAt) {
            this.etag = etag;
            this.content = content;
            this.usedAt = usedAt;
        }
    }

    /**
     * Creates an empty cache.
     *
     * @param maxBytes the maximum total size; 0 disables the cache
     */
    SmallRecordCache(long maxBytes, LongSupplier nanoTime) {
        this.maxBytes = maxBytes;
        this.nanoTime = nanoTime;
    }

    /** Whether a version can be cached. */
    boolean isCacheable(RecordVersion version) {
        return version.etag().isPresent()
                && version.size() <= MAX_RECORD_BYTES
                && version.size() > 0
                && version.size() <= maxBytes;
    }

    /** The content of a version, which the caller must not modify; it is in use from now on. */
    synchronized Optional<byte[]> use(RecordVersion version) {
        Entry entry = entries.get(version.path());
        if (entry == null || version.etag().isEmpty() || !version.etag().get().equals(entry.etag)) {
            return Optional.empty();
        }
        entry.usedAt = nanoTime.getAsLong();
        return Optional.of(entry.content);
    }

    /** Whether a version of a record is in the cache and was in use a moment ago. */
    synchronized boolean isInUse(RecordPath path) {
        Entry entry = entries.get(path);
        return entry != null && nanoTime.getAsLong() - entry.usedAt < IN_USE_NANOS;
    }

    synchronized void put(RecordVersion version, byte[] content) {
        Entry previous =
                entries.put(version.path(), new Entry(version.etag().orElseThrow(), content, nanoTime.getAsLong()));
        bytes += content.length - (previous == null ? 0 : previous.content.length);
        Iterator<Entry> eldest = entries.values().iterator();
        while (bytes > maxBytes) {
            bytes -= eldest.next().content.length;
            eldest.remove();
        }
    }
}
