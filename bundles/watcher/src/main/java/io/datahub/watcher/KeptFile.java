package io.datahub.watcher;

import io.datahub.api.record.RecordPath;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A file that was taken out of {@code incoming/} and is kept, since a program may still write to it. For one thread at a time.
 */
final class KeptFile {

    private static final String FORM = "1";
    private static final int MOST_DOUBLINGS = 5;

    /** A file that was taken just now is looked at so often, in nanoseconds. */
    private static final long SHORTEST = TimeUnit.SECONDS.toNanos(1);

    private static final long LONGEST = TimeUnit.MINUTES.toNanos(1);

    /** It is looked at again after this part of its age. */
    private static final int PART = 10;

    private final String name;
    private final RecordPath path;
    private final String place;
    private Stamp stamp;
    private String sha256;
    private Instant at;
    private int versions;

    private Stamp seen;
    private long since;
    private long next = Long.MIN_VALUE;

    /**
     * @param name of its note, which no other file has
     * @param path the record that it is
     * @param place where it lies below {@code incoming/}; empty if it is in the folder of kept files
     * @param stamp how it looked when it was read last
     * @param sha256 of what was read; empty if that isn't known
     * @param at when it was read last
     */
    KeptFile(String name, RecordPath path, String place, Stamp stamp, String sha256, Instant at) {
        this.name = name;
        this.path = path;
        this.place = place;
        this.stamp = stamp;
        this.sha256 = sha256;
        this.at = at;
    }

    /**
     * Reads a note.
     *
     * @throws IllegalArgumentException if it isn't as it was written
     */
    static KeptFile parse(String name, List<String> note) {
        if (note.size() != 6 || !note.get(0).equals(FORM)) {
            throw new IllegalArgumentException("the note " + name + " isn't as it was written");
        }
        return new KeptFile(
                name,
                RecordPath.of(note.get(1)),
                note.get(2),
                Stamp.parse(note.get(3)),
                note.get(4),
                Instant.ofEpochMilli(Long.parseLong(note.get(5))));
    }

    /** What is to be remembered over a restart. */
    List<String> note() {
        return List.of(FORM, path.toString(), place, stamp.toString(), sha256, Long.toString(at.toEpochMilli()));
    }

    String name() {
        return name;
    }

    RecordPath path() {
        return path;
    }

    String place() {
        return place;
    }

    Stamp stamp() {
        return stamp;
    }

    String sha256() {
        return sha256;
    }

    Instant at() {
        return at;
    }

    /** Whether nothing of it was delivered yet. */
    boolean isUndelivered() {
        return stamp.size() < 0;
    }

    /** Says that it looks otherwise and has the same bytes. */
    void looksLike(Stamp now) {
        stamp = now;
    }

    /** Says that it was read again. */
    void read(Stamp now, String hash, Instant time) {
        stamp = now;
        sha256 = hash;
        at = time;
        versions++;
    }

    /** Whether it is time to look at it. */
    boolean isDue(long now) {
        return next == Long.MIN_VALUE || now - next >= 0;
    }

    /** Says that it hadn't changed: the longer ago it was taken, the later it is looked at again. */
    void unchanged(long now, Instant time) {
        seen = null;
        long age = TimeUnit.MILLISECONDS.toNanos(time.toEpochMilli() - at.toEpochMilli());
        next = now + Math.max(SHORTEST, Math.min(LONGEST, age / PART));
    }

    /**
     * Notes how it looks now; says whether it has looked so for long enough. That is longer each time, so that a program that
     * never ends doesn't make a version of each line.
     */
    boolean isRested(Stamp now, long clock, long quietNanos) {
        if (!now.equals(seen)) {
            seen = now;
            since = clock;
        }
        long left = since + (quietNanos << Math.min(versions, MOST_DOUBLINGS)) - clock;
        next = clock + Math.max(left, 0);
        return left <= 0;
    }

    /** Says that it can't be delivered now: it is tried again after so long. */
    void later(long clock, long nanos) {
        seen = null;
        next = clock + nanos;
    }
}
