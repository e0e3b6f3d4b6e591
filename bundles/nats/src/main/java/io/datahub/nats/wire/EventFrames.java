package io.datahub.nats.wire;

import io.datahub.api.event.EventReader;
import io.datahub.api.user.User;
import java.nio.ByteBuffer;

/**
 * Checks that bytes are whole events, as {@link io.datahub.api.event.EventRun} describes them, before the broker gets
 * them: it relies on that.
 */
final class EventFrames {

    private static final int MORE = 1;
    private static final int LONG = 2;
    private static final int MAX_TOPIC_BYTES = 4_200;

    private EventFrames() {}

    /** Checks the bytes from start to end. */
    static void check(ByteBuffer bytes, int start, int end, int count) throws MalformedMessageException {
        int events = 0;
        int position = start;
        while (position < end) {
            boolean isFirst = true;
            boolean hasMore = true;
            while (hasMore) {
                int flags = byteAt(bytes, position, end);
                boolean isLong = (flags & LONG) != 0;
                int head = isLong ? 9 : 2;
                byteAt(bytes, position + head - 1, end);
                long length = isLong ? bytes.getLong(position + 1) : bytes.get(position + 1) & 0xff;
                if ((flags & ~(MORE | LONG)) != 0 || length < 0 || length > end - position - head) {
                    throw new MalformedMessageException("a frame is malformed");
                }
                hasMore = (flags & MORE) != 0;
                if (isFirst) {
                    checkTopic(bytes, position + head, position + head + (int) length, hasMore);
                }
                isFirst = false;
                position += head + (int) length;
            }
            events++;
        }
        if (events != count || count == 0) {
            throw new MalformedMessageException("a group has " + events + " events, not " + count);
        }
    }

    private static int byteAt(ByteBuffer bytes, int position, int end) throws MalformedMessageException {
        if (position >= end) {
            throw new MalformedMessageException("a frame is cut off");
        }
        return bytes.get(position);
    }

    private static void checkTopic(ByteBuffer bytes, int from, int to, boolean hasMore)
            throws MalformedMessageException {
        int end = hasMore ? to : EventReader.topicEnd(bytes, from, to);
        if (end == from || end - from > MAX_TOPIC_BYTES) {
            throw new MalformedMessageException("a topic has " + (end - from) + " bytes");
        }
        byte first = bytes.get(from);
        if (first == 'f' || first == 'h') {
            byte[] topic = new byte[end - from];
            bytes.get(from, topic);
            if (User.isReserved(topic)) {
                throw new MalformedMessageException("a topic belongs to the hub");
            }
        }
    }
}
