package io.datahub.api.event;

import java.nio.ByteBuffer;

/**
 * One or more whole events that one user published consecutively and that go to the same receivers. They are contiguous
 * in a shared buffer, encoded as ZMTP message frames (RFC 23, "traffic": flags, length, body), which is the format that
 * every transport passes in and takes out; {@link EventReader} parses it. Immutable.
 */
public final class EventRun {

    private final SharedBuffer buffer;
    private final int start;
    private final int end;
    private final int count;
    private final String user;
    private final long timeMillis;

    /**
     * @param buffer the buffer that contains the events
     * @param start the offset of the first event in the buffer
     * @param end the offset after the last byte of the last event
     * @param count the number of events, at least 1
     * @param user the publisher; empty for the hub itself
     * @param timeMillis when the events were received, in milliseconds since 1970
     */
    public EventRun(SharedBuffer buffer, int start, int end, int count, String user, long timeMillis) {
        this.buffer = buffer;
        this.start = start;
        this.end = end;
        this.count = count;
        this.user = user;
        this.timeMillis = timeMillis;
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

    /** The number of events. */
    public int count() {
        return count;
    }

    /** The publisher; empty for the hub itself. */
    public String user() {
        return user;
    }

    /** When the events were received, in milliseconds since 1970. */
    public long timeMillis() {
        return timeMillis;
    }

    /** A view of the bytes with its own position, valid while the caller holds the buffer. */
    public ByteBuffer slice() {
        return buffer.bytes().slice(start, end - start);
    }
}
