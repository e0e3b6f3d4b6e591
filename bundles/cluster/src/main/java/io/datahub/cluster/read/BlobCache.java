package io.datahub.cluster.read;

import io.datahub.api.cluster.Blobs;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * Small blobs that were read or stored lately. Blobs never change, so nothing has to be thrown away but for space.
 * Thread-safe.
 */
public final class BlobCache {

    /** Larger blobs are not kept, in bytes. */
    static final int MAX_BLOB_BYTES = 64 << 10;

    private final Blobs blobs;
    private final long maxBytes;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    // Guarded by this.
    private final Map<String, byte[]> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /** @param maxBytes how much is kept altogether */
    public BlobCache(Blobs blobs, long maxBytes) {
        this.blobs = blobs;
        this.maxBytes = maxBytes;
    }

    /** The bytes of a blob; empty if it is too large to be kept. */
    Optional<byte[]> get(String key, long size) throws IOException {
        if (size > MAX_BLOB_BYTES) {
            return Optional.empty();
        }
        byte[] found = find(key);
        if (found == null) {
            misses.increment();
            try (InputStream in = blobs.open(key, 0, size)) {
                found = in.readNBytes((int) size);
            }
            if (found.length != size) {
                throw new IOException("the blob " + key + " has " + found.length + " of " + size + " bytes");
            }
            put(key, found);
        } else {
            hits.increment();
        }
        return Optional.of(found);
    }

    private synchronized byte[] find(String key) {
        return kept.get(key);
    }

    private synchronized void put(String key, byte[] content) {
        byte[] before = kept.put(key, content);
        bytes += content.length - (before == null ? 0 : before.length);
        Iterator<byte[]> oldest = kept.values().iterator();
        while (bytes > maxBytes && oldest.hasNext()) {
            bytes -= oldest.next().length;
            oldest.remove();
        }
    }

    /** How often a small blob was found here. */
    public long hits() {
        return hits.sum();
    }

    /** How often one had to be read from the blob store. */
    public long misses() {
        return misses.sum();
    }
}
