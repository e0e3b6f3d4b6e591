package io.datahub.broker;

import io.datahub.api.event.EventWriter;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Several events in one buffer, as read by a transport; records whether the buffer is still held. */
final class Batch {

    private final ByteBuffer bytes;
    private final List<int[]> places = new ArrayList<>();
    private final SharedBuffer buffer;
    private volatile boolean unused;

    Batch(int capacity) {
        bytes = ByteBuffer.allocateDirect(capacity);
        buffer = new SharedBuffer(bytes.duplicate()) {
            @Override
            protected void unused() {
                unused = true;
            }
        };
    }

    Batch add(String topic, byte[] payload) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        int start = bytes.position();
        int topicStart = start + (name.length > 255 ? 9 : 2);
        bytes.put(EventWriter.write(name, payload));
        places.add(new int[] {start, bytes.position(), topicStart, topicStart + name.length});
        return this;
    }

    Batch add(String topic, String payload) {
        return add(topic, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** Publishes all events without flushing. */
    List<Published> publish(Session session) {
        return places.stream()
                .map(place -> Publishing.publish(session, buffer, place[0], place[1], place[2], place[3]))
                .toList();
    }

    /** The same without waiting for validators; stops at the first pending event. */
    List<Published> publish(Session session, Runnable completed) {
        List<Published> all = new ArrayList<>();
        for (int[] place : places) {
            all.add(session.publish(buffer, place[0], place[1], place[2], place[3], completed));
            if (all.get(all.size() - 1) == Published.PENDING) {
                break;
            }
        }
        return all;
    }

    /** Releases the transport's hold. */
    void release() {
        buffer.release();
    }

    boolean isUnused() {
        return unused;
    }
}
