package io.datahub.history.log;

import io.datahub.api.file.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Gives numbers to events, each once: they are reserved in blocks, and the end of a block is flushed to disk before the
 * first number of it is given. So a number that was given to an event that a crash has lost isn't given again. Without
 * a file, which an operator may have deleted, numbers begin with the time in eighths of microseconds, beyond what could
 * have been given before. Guarded by the history's lock, but for {@link #reserve}, which is for one thread at a time.
 */
final class Numbers {

    private static final long BLOCK = 1 << 18;

    private final Path file;
    private long last;
    private volatile long reserved;
    private volatile long given;

    private Numbers(Path file, long last) {
        this.file = file;
        this.last = last;
        given = last;
        reserved = last;
    }

    /**
     * @param known the greatest number that any event has
     * @throws IOException if the disk fails
     */
    static Numbers open(Path file, long known) throws IOException {
        long stored = Files.exists(file)
                ? Long.parseLong(Files.readString(file).strip())
                : 8 * TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
        Numbers numbers = new Numbers(file, Math.max(stored, known));
        numbers.reserve();
        return numbers;
    }

    /** Whether there is a number to give. */
    boolean isAvailable() {
        return last < reserved;
    }

    /** Whether few are left until more are reserved. */
    boolean isScarce() {
        return reserved - last <= BLOCK / 4;
    }

    long next() {
        last++;
        given = last;
        return last;
    }

    /** The number that was given last. */
    long last() {
        return last;
    }

    /** Reserves more, if half of a block or less is left. */
    void reserve() throws IOException {
        if (reserved - given <= BLOCK / 2) {
            long end = given + BLOCK;
            store(end);
            reserved = end;
        }
    }

    /** Returns what wasn't given; nothing can be given any more. */
    void close() throws IOException {
        reserved = last;
        store(last);
    }

    private void store(long end) throws IOException {
        AtomicFile.write(file, AtomicFile.Access.PRIVATE, (end + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
