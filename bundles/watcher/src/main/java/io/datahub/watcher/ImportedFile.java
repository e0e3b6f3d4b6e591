package io.datahub.watcher;

import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A file that was imported from {@code incoming/} and is kept because a program may still write to it. Not thread-safe.
 */
final class ImportedFile {

    private static final String FORMAT_VERSION = "1";
    private static final int MAX_DOUBLINGS = 5;

    /** The check interval of a file that was just imported. */
    private static final long MIN_CHECK_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long MAX_CHECK_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** The check interval is the age of the file divided by this. */
    private static final int AGE_DIVISOR = 10;

    /** The stamp of a file that was never read; equal to no stamp of an existing file. */
    static final FileStat NEVER_READ = stamp(-1, 0, 0, 0);

    private final String name;
    private final RecordPath path;
    private final String location;
    private FileStat stamp;
    private String sha256;
    private Instant readAt;
    private int versions;

    private FileStat lastSeen;
    private long lastSeenSince;
    private long nextCheck = Long.MIN_VALUE;

    /**
     * @param name the unique base name of its note file
     * @param path the path of the record
     * @param location the path below {@code incoming/}; empty if the file is in the directory of imported files
     * @param stamp the state of the file when it was last read
     * @param sha256 the hash of what was read; empty if unknown
     * @param readAt when the file was last read
     */
    ImportedFile(String name, RecordPath path, String location, FileStat stamp, String sha256, Instant readAt) {
        this.name = name;
        this.path = path;
        this.location = location;
        this.stamp = stamp;
        this.sha256 = sha256;
        this.readAt = readAt;
    }

    /**
     * Parses a note.
     *
     * @throws IllegalArgumentException if the note is malformed
     */
    static ImportedFile parse(String name, List<String> note) {
        if (note.size() != 6 || !note.get(0).equals(FORMAT_VERSION)) {
            throw new IllegalArgumentException("the note " + name + " has an unknown format");
        }
        return new ImportedFile(
                name,
                RecordPath.of(note.get(1)),
                note.get(2),
                parseStamp(note.get(3)),
                note.get(4),
                Instant.ofEpochMilli(Long.parseLong(note.get(5))));
    }

    /** The content of the note, which survives a restart. */
    List<String> note() {
        return List.of(
                FORMAT_VERSION,
                path.toString(),
                location,
                stamp.size() + " " + stamp.modified() + " " + stamp.changed() + " " + stamp.key(),
                sha256,
                Long.toString(readAt.toEpochMilli()));
    }

    private static FileStat parseStamp(String text) {
        String[] fields = text.split(" ", -1);
        if (fields.length != 4) {
            throw new IllegalArgumentException("\"" + text + "\" isn't size, modified, changed and inode");
        }
        return stamp(
                Long.parseLong(fields[0]),
                Long.parseLong(fields[1]),
                Long.parseLong(fields[2]),
                Long.parseLong(fields[3]));
    }

    /** A note contains neither owner nor permissions: a modification of either changes the time in it. */
    private static FileStat stamp(long size, long modified, long changed, long key) {
        return new FileStat(FileStat.Kind.FILE, size, modified, changed, key, -1, -1);
    }

    String name() {
        return name;
    }

    RecordPath path() {
        return path;
    }

    String location() {
        return location;
    }

    FileStat stamp() {
        return stamp;
    }

    String sha256() {
        return sha256;
    }

    Instant readAt() {
        return readAt;
    }

    /** Whether the file was never imported. */
    boolean isUnread() {
        return stamp.size() < 0;
    }

    /** Updates the stamp of a file whose content is unchanged. */
    void updateStamp(FileStat now) {
        stamp = now;
    }

    /** Records that the file was read again. */
    void markRead(FileStat now, String hash, Instant time) {
        stamp = now;
        sha256 = hash;
        readAt = time;
        versions++;
    }

    /** Whether a check of the file is due. */
    boolean isDue(long now) {
        return nextCheck == Long.MIN_VALUE || now - nextCheck >= 0;
    }

    /** Records that the file is unchanged: the longer ago it was imported, the later the next check. */
    void markUnchanged(long now, Instant time) {
        lastSeen = null;
        long age = TimeUnit.MILLISECONDS.toNanos(time.toEpochMilli() - readAt.toEpochMilli());
        nextCheck = now + Math.max(MIN_CHECK_INTERVAL_NANOS, Math.min(MAX_CHECK_INTERVAL_NANOS, age / AGE_DIVISOR));
    }

    /**
     * Records the current state of the file and returns whether it has been unchanged for the quiet period. The period
     * doubles with each version, so that a program that never stops writing doesn't create a version for each line.
     */
    boolean isQuiet(FileStat now, long clock, long quietNanos) {
        if (!now.equals(lastSeen)) {
            lastSeen = now;
            lastSeenSince = clock;
        }
        long remainingNanos = lastSeenSince + (quietNanos << Math.min(versions, MAX_DOUBLINGS)) - clock;
        nextCheck = clock + Math.max(remainingNanos, 0);
        return remainingNanos <= 0;
    }

    /** Schedules a retry because the file can't be imported now. */
    void retryAfter(long clock, long nanos) {
        lastSeen = null;
        nextCheck = clock + nanos;
    }
}
