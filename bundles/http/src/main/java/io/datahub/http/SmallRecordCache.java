package io.datahub.http;

import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordVersion;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The bytes of small records that were asked for lately. A version is known by its entity tag, which no other version has, so
 * what is remembered is never out of date. Those asked for longest ago go first. For any thread.
 */
final class SmallRecordCache {

    private static final int LARGEST_BYTES = 64 * 1024;

    private final long mostBytes;
    private final Map<Version, byte[]> known = new LinkedHashMap<>(64, 0.75f, true); // guarded by this
    private long bytes; // guarded by this

    private record Version(RecordPath path, String etag) {}

    /**
     * Begins with none.
     *
     * @param mostBytes what all together may take; 0 for none
     */
    SmallRecordCache(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Whether a version is one to remember. */
    boolean isFit(RecordVersion version) {
        return version.etag().isPresent()
                && version.size() <= LARGEST_BYTES
                && version.size() > 0
                && version.size() <= mostBytes;
    }

    /** The bytes of a version, which nobody may change. */
    synchronized Optional<byte[]> find(RecordVersion version) {
        return version.etag().map(etag -> known.get(new Version(version.path(), etag)));
    }

    synchronized void put(RecordVersion version, byte[] content) {
        byte[] before = known.put(new Version(version.path(), version.etag().orElseThrow()), content);
        bytes += content.length - (before == null ? 0 : before.length);
        Iterator<byte[]> eldest = known.values().iterator();
        while (bytes > mostBytes) {
            bytes -= eldest.next().length;
            eldest.remove();
        }
    }
}
