package io.datahub.api.event;

import io.datahub.api.record.Cursor;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One or more whole events that one user published consecutively and that go to the same receivers. They are contiguous
 * in a shared buffer, encoded as ZMTP message frames (RFC 23, "traffic": flags, length, body), which is the format that
 * every transport passes in and takes out; {@link EventReader} parses it. Immutable.
 *
 * <p>An event that is in the hub's history has its position there; a run with a position has a single event.
 */
public final class EventRun {

    private final SharedBuffer buffer;
    private final int start;
    private final int end;
    private final int count;
    private final String user;
    private final long timeMillis;
    private final Cursor cursor;

    /**
     * A run of events that are in no history.
     *
     * @param buffer the buffer that contains the events
     * @param start the offset of the first event in the buffer
     * @param end the offset after the last byte of the last event
     * @param count the number of events, at least 1
     * @param user the publisher; empty for the hub itself
     * @param timeMillis when the events were received, in milliseconds since 1970
     */
    public EventRun(SharedBuffer buffer, int start, int end, int count, String user, long timeMillis) {
        this(buffer, start, end, count, user, timeMillis, null);
    }

    /**
     * A single event that is in the hub's history.
     *
     * @param buffer the buffer that contains the event
     * @param start the offset of the event in the buffer
     * @param end the offset after its last byte
     * @param user the publisher; empty for the hub itself
     * @param timeMillis when the event was received, in milliseconds since 1970
     * @param position the cursor after which the next event follows
     */
    public EventRun(SharedBuffer buffer, int start, int end, String user, long timeMillis, Cursor position) {
        this(buffer, start, end, 1, user, timeMillis, position);
    }

    private EventRun(SharedBuffer buffer, int start, int end, int count, String user, long timeMillis, Cursor cursor) {
        this.buffer = buffer;
        this.start = start;
        this.end = end;
        this.count = count;
        this.user = user;
        this.timeMillis = timeMillis;
        this.cursor = cursor;
    }

    /**
     * The same event with its position in the hub's history.
     *
     * @param position the cursor after which the next event follows
     * @return a run of this single event, in the same buffer
     * @throws IllegalStateException if there are several events
     */
    public EventRun at(Cursor position) {
        if (count != 1) {
            throw new IllegalStateException("only a single event has a position, and these are " + count);
        }
        return new EventRun(buffer, start, end, 1, user, timeMillis, position);
    }

    /**
     * The buffer that contains the events.
     *
     * @return the buffer; a receiver that keeps the run retains it
     */
    public SharedBuffer buffer() {
        return buffer;
    }

    /**
     * The start of the first event.
     *
     * @return the offset in the buffer
     */
    public int start() {
        return start;
    }

    /**
     * The end of the last event.
     *
     * @return the offset in the buffer
     */
    public int end() {
        return end;
    }

    /**
     * The length including frame headers.
     *
     * @return the number of bytes
     */
    public int length() {
        return end - start;
    }

    /**
     * The number of events.
     *
     * @return the number, at least 1
     */
    public int count() {
        return count;
    }

    /**
     * The publisher; empty for the hub itself.
     *
     * @return the name
     */
    public String user() {
        return user;
    }

    /**
     * When the events were received, in milliseconds since 1970.
     *
     * @return the time
     */
    public long timeMillis() {
        return timeMillis;
    }

    /**
     * The position of a single event in the hub's history.
     *
     * @return the cursor; empty if the event isn't in the history
     */
    public Optional<Cursor> cursor() {
        return Optional.ofNullable(cursor);
    }

    /**
     * A view of the bytes with its own position, valid while the caller holds the buffer.
     *
     * @return a view
     */
    public ByteBuffer slice() {
        return buffer.bytes().slice(start, end - start);
    }
}
