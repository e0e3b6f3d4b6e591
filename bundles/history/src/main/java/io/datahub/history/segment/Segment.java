package io.datahub.history.segment;

import java.nio.file.Path;

/**
 * A file of a log: a header, then records. It only grows, and only if it is the log's last one. Fields that change are
 * written by one thread at a time, which holds the log; readers see what was complete when they looked. Thread-safe.
 */
public final class Segment {

    static final String SUFFIX = ".log";
    private static final int DIGITS = 19;

    private final Path file;
    private final SegmentHeader header;
    private final long firstNumber;

    // guarded by this
    private final SparseIndex index = new SparseIndex();
    private long length = SegmentHeader.LENGTH;
    private Position last;
    private long firstMillis;
    private long lastMillis;
    private long count;

    Segment(Path file, SegmentHeader header) {
        this.file = file;
        this.header = header;
        last = header.previous();
        String name = file.getFileName().toString();
        firstNumber = Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
    }

    /** The name of a segment; it begins with a number of digits, so that names have the order of numbers. */
    static String name(long number) {
        String digits = Long.toString(number);
        return "0".repeat(DIGITS - digits.length()) + digits + SUFFIX;
    }

    Path file() {
        return file;
    }

    SegmentHeader header() {
        return header;
    }

    long firstNumber() {
        return firstNumber;
    }

    /** Adds records that were written at its end. */
    synchronized void written(Tail tail) {
        index.addAll(tail.index(), length);
        length += tail.length();
        last = tail.last();
        firstMillis = count == 0 ? tail.lastMillis() : firstMillis;
        lastMillis = Math.max(lastMillis, tail.lastMillis());
        count += tail.count();
    }

    /** Adds a record that was found at its end. */
    synchronized void found(Position position, long millis, int bytes) {
        index.add(position.number(), position.sequence(), length);
        length += bytes;
        last = position;
        firstMillis = count == 0 ? millis : firstMillis;
        lastMillis = Math.max(lastMillis, millis);
        count++;
    }

    /**
     * Sets what an index file says.
     *
     * @param first when the first of its events was received, if it is the log's last segment
     */
    synchronized void load(SegmentIndexFile.Content content, long first) {
        index.addAll(content.index(), 0);
        length = content.length();
        last = content.last();
        firstMillis = first;
        lastMillis = content.lastMillis();
        count = content.count();
    }

    synchronized SegmentIndexFile.Content content() {
        SparseIndex copy = new SparseIndex();
        copy.addAll(index, 0);
        return new SegmentIndexFile.Content(copy, length, last, lastMillis, count);
    }

    /** The length with the header. */
    synchronized long length() {
        return length;
    }

    /** The position of its last record; that of the segment before it if it has none. */
    synchronized Position last() {
        return last;
    }

    /** When the newest of its events was received, in milliseconds since 1970; 0 if it has none. */
    synchronized long lastMillis() {
        return lastMillis;
    }

    /** When about the first of its events was received, if it is the log's last segment. */
    synchronized long firstMillis() {
        return firstMillis;
    }

    synchronized long count() {
        return count;
    }

    /** An offset from which all records after a number can be read. */
    synchronized long offsetOfNumber(long number) {
        long offset = index.offsetOfNumber(number);
        return offset < 0 ? SegmentHeader.LENGTH : offset;
    }

    /** An offset from which all records after a file event can be read. */
    synchronized long offsetOfSequence(long sequence) {
        long offset = index.offsetOfSequence(sequence);
        return offset < 0 ? SegmentHeader.LENGTH : offset;
    }

    /** An offset at most so many bytes before the end, or that of the last entry. */
    synchronized long offsetBeforeEnd(long bytes) {
        long offset = SegmentHeader.LENGTH;
        for (int i = index.size() - 1; i >= 0; i--) {
            offset = index.offset(i);
            if (length - offset >= bytes) {
                break;
            }
        }
        return offset;
    }
}
