package io.datahub.nats.stream;

import io.datahub.api.event.EventRun;
import io.datahub.nats.wire.Group;
import io.datahub.nats.wire.Header;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A message that waits to be sent, and grows meanwhile: what is published in the time that it takes to send one message
 * goes into the next. Guarded by its stream.
 */
final class Batch {

    /** The maximum size of a message: larger ones are no faster. */
    static final int MAX_BYTES = 1 << 16;

    /** The maximum size of events that are added at once. */
    static final int MAX_PIECE = MAX_BYTES - (1 << 12);

    private static final int FIRST_BYTES = 1 << 10;

    private final Header.Kind kind;
    private final int headBytes;
    private final long firstEvent;
    private byte[] bytes = new byte[FIRST_BYTES];
    private int used;
    private int events;
    private String user = "";
    private long timeMillis;
    private int groupStart;
    private int groupEvents;

    /**
     * @param headBytes the size of the head of each message
     * @param firstEvent the number of events before those of this message
     */
    Batch(Header.Kind kind, int headBytes, long firstEvent) {
        this.kind = kind;
        this.headBytes = headBytes;
        this.firstEvent = firstEvent;
        used = headBytes;
    }

    /** Adds events of at most {@link #MAX_PIECE} bytes; false if they don't fit any more. */
    boolean add(EventRun run, int start, int end, int count) {
        int length = end - start;
        boolean isSameGroup =
                groupEvents > 0 && run.timeMillis() == timeMillis && run.user().equals(user);
        byte[] name = isSameGroup ? null : run.user().getBytes(StandardCharsets.UTF_8);
        int needed = length + (isSameGroup ? 0 : Group.size(name));
        if (used + needed > MAX_BYTES && events > 0) {
            return false;
        }
        ByteBuffer message = reserve(needed);
        if (!isSameGroup) {
            Group.write(message, name, run.timeMillis());
            groupStart = message.position();
            groupEvents = 0;
            user = run.user();
            timeMillis = run.timeMillis();
        }
        run.buffer().bytes().get(start, bytes, message.position(), length);
        used += needed;
        groupEvents += count;
        events += count;
        Group.complete(message, groupStart, groupEvents, used - groupStart);
        return true;
    }

    /** Makes this a piece of a large event; see {@link FragmentedEvent}. */
    void fill(EventRun run, int start, int total, int offset, int length) {
        byte[] name = run.user().getBytes(StandardCharsets.UTF_8);
        int needed = Group.size(name) + length;
        ByteBuffer message = reserve(needed);
        Group.write(message, name, run.timeMillis());
        Group.complete(message, message.position(), offset, total);
        run.buffer().bytes().get(start + offset, bytes, message.position(), length);
        used += needed;
        events = offset + length == total ? 1 : 0;
    }

    /** The buffer at the end of what is in use, with room for more. */
    private ByteBuffer reserve(int needed) {
        if (used + needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(used + needed, Math.min(MAX_BYTES, 4 * bytes.length)));
        }
        return ByteBuffer.wrap(bytes).position(used);
    }

    /** Whether further events can be added, of which the first is the one after this many. */
    boolean continuesAt(long event) {
        return kind == Header.Kind.EVENTS && firstEvent + events == event;
    }

    Header.Kind kind() {
        return kind;
    }

    long firstEvent() {
        return firstEvent;
    }

    /** The number of events that are whole with this message. */
    int events() {
        return events;
    }

    int size() {
        return used;
    }

    /** The message; nothing can be added any more. */
    byte[] message(Header header) {
        header.write(ByteBuffer.wrap(bytes, 0, headBytes));
        return used == bytes.length ? bytes : Arrays.copyOf(bytes, used);
    }
}
