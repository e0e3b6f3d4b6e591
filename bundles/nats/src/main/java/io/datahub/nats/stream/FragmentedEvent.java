package io.datahub.nats.stream;

import io.datahub.api.event.EventRun;
import io.datahub.nats.wire.Group;
import io.datahub.nats.wire.MalformedMessageException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * The pieces of a single event that is larger than a message, as they arrive. Their heads are those of a group, with the
 * offset in place of the count, and the size of the event in place of that of the group. Not thread-safe.
 */
final class FragmentedEvent {

    private static final int MAX_BYTES = 1 << 30;

    private ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    private long event = -1;

    /**
     * Adds a piece.
     *
     * @param number the number of events before this one
     * @param message behind the head
     * @return the event, once its last piece has arrived; otherwise null
     */
    EventRun add(long number, ByteBuffer message) throws MalformedMessageException {
        Group.Fragment piece = Group.readFragment(message, MAX_BYTES);
        if (piece.offset() == 0) {
            event = number;
            arrived = new ByteArrayOutputStream(message.remaining());
        } else if (event != number || piece.offset() != arrived.size()) {
            // A piece before it was lost, and so the event is.
            drop();
            return null;
        }
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        arrived.writeBytes(bytes);
        if (arrived.size() < piece.total()) {
            return null;
        }
        EventRun whole = piece.whole(arrived.toByteArray());
        drop();
        return whole;
    }

    private void drop() {
        event = -1;
        arrived = new ByteArrayOutputStream();
    }
}
