package io.datahub.history.log;

import io.datahub.api.event.EventRun;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * Reads the events of one log in order, across segments. Events of an earlier lifetime of the history have the position
 * at which that ended. Not thread-safe.
 */
public final class TopicReader implements Closeable {

    private final List<Segment> segments;
    private final Epoch epoch;
    private final Position since;
    private final long upTo;
    private final int first;
    private final long firstOffset;
    private int next;
    private RecordReader records;
    private Segment segment;
    private Position position = Position.NONE;
    private long bytesRead;

    /**
     * @param since reads the events after it; a number of 0 stands for all that follow the file event of its sequence
     * @param upTo the number of the last event to be read
     */
    TopicReader(List<Segment> segments, Epoch epoch, Position since, long upTo) {
        this.segments = segments;
        this.epoch = epoch;
        this.since = since;
        this.upTo = upTo;
        firstOffset = -1;
        for (int i = 1; i < segments.size() && !isAfter(lastOf(segments.get(i - 1))); i++) {
            next = i;
        }
        first = next;
    }

    /** @param bytes reads about so many bytes before the end, or everything if there are fewer */
    TopicReader(List<Segment> segments, Epoch epoch, long bytes, long upTo) {
        this.segments = segments;
        this.epoch = epoch;
        this.upTo = upTo;
        since = Position.NONE;
        long remaining = bytes;
        int start = Math.max(0, segments.size() - 1);
        while (start > 0 && remaining > segments.get(start).length()) {
            remaining -= segments.get(start).length();
            start--;
        }
        first = start;
        next = start;
        firstOffset = segments.isEmpty() ? -1 : segments.get(start).offsetBeforeEnd(remaining);
    }

    /** Whether it begins with the log's oldest event. */
    public boolean isFromBeginning() {
        return first == 0 && firstOffset <= SegmentHeader.LENGTH;
    }

    private Position lastOf(Segment of) {
        return epoch.map(of.header().epoch(), of.last());
    }

    private boolean isAfter(Position one) {
        return since.number() > 0
                ? one.number() > since.number()
                : one.sequence() >= since.sequence() && one.number() > 0;
    }

    /**
     * Advances to the next event.
     *
     * @return false at the end
     * @throws IOException if the disk fails or has damaged the log
     * @throws NoSuchFileException if events that were to be read have just been deleted
     */
    public boolean next() throws IOException {
        while (records != null || next < segments.size()) {
            if (records == null) {
                open(next++);
            }
            while (records.next()) {
                position = epoch.map(segment.header().epoch(), records.position());
                bytesRead += records.length();
                if (position.number() > upTo) {
                    return false;
                }
                if (isAfter(position)) {
                    return true;
                }
            }
            if (records.offset() < records.end()) {
                throw new IOException("the disk has damaged " + segment.file() + " at " + records.offset()
                        + "; restore it from a backup, or delete it");
            }
            records.close();
            records = null;
        }
        return false;
    }

    private void open(int number) throws IOException {
        Segment opened = segments.get(number);
        segment = opened;
        boolean isCurrent = epoch.name().equals(opened.header().epoch());
        long offset = since.number() > 0
                ? opened.offsetOfNumber(since.number())
                : isCurrent ? opened.offsetOfSequence(since.sequence()) : SegmentHeader.LENGTH;
        records = new RecordReader(
                opened.file(), number == first && firstOffset >= 0 ? firstOffset : offset, opened.length());
    }

    /** The position of the current event. */
    public Position position() {
        return position;
    }

    /** The current event, without a position; its buffer needs neither be retained nor released. */
    public EventRun event() {
        return records.event();
    }

    /** How much was read so far, in bytes of records. */
    public long bytesRead() {
        return bytesRead;
    }

    @Override
    public void close() throws IOException {
        if (records != null) {
            records.close();
        }
    }
}
