package io.datahub.history.segment;

import io.datahub.api.event.EventRun;
import io.datahub.api.record.Cursor;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
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
    private final boolean isGapless;
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
    public TopicReader(List<Segment> segments, Epoch epoch, Position since, long upTo) {
        this.segments = segments;
        this.epoch = epoch;
        this.since = since;
        this.upTo = upTo;
        isGapless = true;
        firstOffset = -1;
        for (int i = 1; i < segments.size() && !lastOf(segments.get(i - 1)).isAfter(since); i++) {
            next = i;
        }
        first = next;
    }

    /** @param bytes reads about so many bytes before the end, or everything if there are fewer */
    public TopicReader(List<Segment> segments, Epoch epoch, long bytes, long upTo) {
        this.segments = segments;
        this.epoch = epoch;
        this.upTo = upTo;
        since = Position.NONE;
        isGapless = false;
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

    /**
     * Advances to the next event.
     *
     * @return false at the end
     * @throws IOException if the disk fails
     * @throws DamagedSegmentException if the disk has damaged what is next
     * @throws NoSuchFileException if events that were to be read have just been deleted, or found to be damaged
     */
    public boolean next() throws IOException {
        while (records != null || next < segments.size()) {
            if (records == null) {
                if (segment != null && segment.last().number() >= upTo) {
                    return false;
                }
                checkGap();
                open(next++);
            }
            while (records.next()) {
                position = epoch.map(segment.header().epoch(), records.position());
                bytesRead += records.length();
                if (position.number() > upTo) {
                    return false;
                }
                if (position.isAfter(since)) {
                    return true;
                }
            }
            if (records.offset() < Math.min(records.end(), segment.length())) {
                throw new DamagedSegmentException(segment, records.offset());
            }
            records.close();
            records = null;
        }
        return false;
    }

    /** The list of segments may have changed since the caller has found that nothing is missing. */
    private void checkGap() throws NoSuchFileException {
        if (isGapless && missing().isAfter(since)) {
            throw new NoSuchFileException(segments.get(next).file().toString());
        }
    }

    /** The position of the last event that is missing immediately before the next segment; 0 if none is. */
    private Position missing() {
        SegmentHeader header = segments.get(next).header();
        if (next == 0) {
            return since.equals(Position.NONE) ? Position.NONE : epoch.map(header.epoch(), header.previous());
        }
        Segment before = segments.get(next - 1);
        return Gap.isBetween(before, segments.get(next))
                ? epoch.map(before.header().epoch(), header.previous())
                : Position.NONE;
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

    /** The bytes that contain the current event from {@link #eventStart} on. */
    public ByteBuffer bytes() {
        return records.bytes();
    }

    /** The start of the current event in {@link #bytes}. */
    public int eventStart() {
        return records.eventStart();
    }

    /**
     * The cursor of the current event.
     *
     * @param name its epoch
     */
    public Cursor cursor(String name) {
        return new Cursor(name, position.sequence(), position.number());
    }

    /**
     * The current event; its buffer needs neither be retained nor released.
     *
     * @param cursor its cursor
     */
    public EventRun event(Cursor cursor) {
        return records.event(cursor);
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
