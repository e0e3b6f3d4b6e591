package io.datahub.http.files;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An LRU cache of the content of small records. The key includes the entity tag, which is unique to a version, so a
 * cached entry is never stale. The least recently used entries are evicted first. Thread-safe.
 */
final class SmallRecordCache {

    private static final int MAX_RECORD_BYTES = 64 * 1024;

    private final long maxBytes;
    private final Map<Version, byte[]> entries = new LinkedHashMap<>(64, 0.75f, true); // guarded by this
    private long bytes; // guarded by this

    private record Version(RecordPath path, String etag) {}

    /**
     * Creates an empty cache.
     *
     * @param maxBytes the maximum total size; 0 disables the cache
     */
    SmallRecordCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Whether a version can be cached. */
    boolean isCacheable(RecordVersion version) {
        return version.etag().isPresent()
                && version.size() <= MAX_RECORD_BYTES
                && version.size() > 0
                && version.size() <= maxBytes;
    }

    /** The content of a version, which the caller must not modify. */
    synchronized Optional<byte[]> find(RecordVersion version) {
        return version.etag().map(etag -> entries.get(new Version(version.path(), etag)));
    }

    synchronized void put(RecordVersion version, byte[] content) {
        byte[] previous = entries.put(new Version(version.path(), version.etag().orElseThrow()), content);
        bytes += content.length - (previous == null ? 0 : previous.length);
        Iterator<byte[]> eldest = entries.values().iterator();
        while (bytes > maxBytes) {
            bytes -= eldest.next().length;
            eldest.remove();
        }
    }
}
