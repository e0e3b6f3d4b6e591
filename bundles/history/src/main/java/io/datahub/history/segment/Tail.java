package io.datahub.history.segment;

import io.datahub.api.event.EventRun;
import java.nio.ByteBuffer;

/** Records that were appended and aren't written yet. Not thread-safe. */
final class Tail {

    private static final int INITIAL = 16 * 1024;

    private final Epoch epoch;
    private SparseIndex index = new SparseIndex();
    private ByteBuffer bytes = ByteBuffer.allocate(INITIAL);
    private int length;
    private int count;
    private long firstNumber;
    private Position last = Position.NONE;
    private long lastMillis;

    /** @param epoch the lifetime of the history that all its records belong to */
    Tail(Epoch epoch) {
        this.epoch = epoch;
    }

    void append(Position position, byte[] user, EventRun event) {
        int needed = Math.toIntExact(length + KeptRecord.length(event, user));
        if (needed > bytes.capacity()) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(needed, 2 * bytes.capacity()));
            larger.put(0, bytes, 0, length);
            bytes = larger;
        }
        KeptRecord.write(bytes, length, position.number(), position.sequence(), user, event);
        index.add(position.number(), position.sequence(), length);
        if (count++ == 0) {
            firstNumber = position.number();
        }
        length = needed;
        last = position;
        lastMillis = Math.max(lastMillis, event.timeMillis());
    }

    /** Forgets the records from a number on. */
    void forget(long from) {
        int end = 0;
        int left = 0;
        SparseIndex shorter = new SparseIndex();
        Position lastLeft = Position.NONE;
        while (end < length && bytes.getLong(end + KeptRecord.HEADER) < from) {
            lastLeft = new Position(
                    bytes.getLong(end + KeptRecord.HEADER + KeptRecord.SEQUENCE),
                    bytes.getLong(end + KeptRecord.HEADER));
            shorter.add(lastLeft.number(), lastLeft.sequence(), end);
            end += KeptRecord.HEADER + bytes.getInt(end);
            left++;
        }
        index = shorter;
        length = end;
        count = left;
        last = lastLeft;
    }

    Epoch epoch() {
        return epoch;
    }

    SparseIndex index() {
        return index;
    }

    /** The records, to be read once. */
    ByteBuffer bytes() {
        return bytes.slice(0, length);
    }

    int length() {
        return length;
    }

    int count() {
        return count;
    }

    long firstNumber() {
        return firstNumber;
    }

    Position last() {
        return last;
    }

    long lastMillis() {
        return lastMillis;
    }
}
