package io.datahub.cli.hub;

import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;

/** What transfers of every kind share. */
final class Transfer {

    /** Above this size transfers are resumable. */
    static final long RESUMABLE = 8 << 20;

    /** Why a file that {@link #isChanged} isn't sent, or wasn't stored. */
    static final String CHANGED = "changed while it was read: send it again";

    private Transfer() {}

    /** Whether a file was written to between two looks at it. */
    static boolean isChanged(BasicFileAttributes now, BasicFileAttributes before) {
        return now.size() != before.size() || !now.lastModifiedTime().equals(before.lastModifiedTime());
    }

    /** The file's time for {@code X-OC-Mtime}: seconds since 1970. */
    static String modified(BasicFileAttributes attributes) {
        return String.valueOf(Math.max(attributes.lastModifiedTime().toMillis() / 1_000, 0));
    }

    /** What is known of a record that was stored, where the hub's answer doesn't say it. */
    static Map<String, Object> stored(String path, long size, String sha256, String etag) {
        Map<String, Object> stored = new LinkedHashMap<>();
        stored.put("path", path);
        stored.put("size", size);
        stored.put("sha256", sha256);
        stored.put("etag", etag);
        return stored;
    }
}
