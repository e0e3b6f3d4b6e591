package io.datahub.api.event;

import java.nio.ByteBuffer;

/**
 * One or more whole events that one user published one after the other and that go to the same receivers. They stand one
 * behind the other in a shared buffer as ZMTP message frames (RFC 23, "traffic": flags, length, body), which is the form
 * that every transport hands in and takes out; {@link EventReader} takes them apart. No byte of it is ever changed.
 */
public final class EventRun {

    private final SharedBuffer buffer;
    private final int start;
    private final int end;
    private final int count;
    private final String user;
    private final long timeMillis;

    /**
     * @param start the first event's first byte in the buffer
     * @param end behind the last event's last byte
     * @param count the number of events, from 1
     * @param user who published them; empty for the hub itself
     * @param timeMillis when they came in, since 1970
     */
    public EventRun(SharedBuffer buffer, int start, int end, int count, String user, long timeMillis) {
        this.buffer = buffer;
        this.start = start;
        this.end = end;
        this.count = count;
        this.user = user;
        this.timeMillis = timeMillis;
    }

    public SharedBuffer buffer() {
        return buffer;
    }

    public int start() {
        return start;
    }

    public int end() {
        return end;
    }

    /** In bytes, frame headers included. */
    public int length() {
        return end - start;
    }

    /** The number of events. */
    public int count() {
        return count;
    }

    /** Who published them; empty for the hub itself. */
    public String user() {
        return user;
    }

    /** When they came in, in milliseconds since 1970. */
    public long timeMillis() {
        return timeMillis;
    }

    /** A view of the bytes with a position of its own, valid while the caller holds the buffer. */
    public ByteBuffer slice() {
        return buffer.bytes().slice(start, end - start);
    }
}
