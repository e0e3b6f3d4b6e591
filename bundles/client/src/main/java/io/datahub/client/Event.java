package io.datahub.client;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A received event: a topic, a payload and any further frames that the publisher added. Thread-safe as long as the
 * arrays aren't modified.
 */
public final class Event {

    private static final byte[] EMPTY = {};

    private final String topic;
    private final byte[] payload;
    private final List<byte[]> more;

    private Event(String topic, byte[] payload, List<byte[]> more) {
        this.topic = topic;
        this.payload = payload;
        this.more = more;
    }

    /**
     * Creates an event from the frames of a message. In a single frame, the topic ends at the first space or NUL, which
     * belongs neither to the topic nor to the payload.
     *
     * @param frames at least one
     */
    public static Event of(List<byte[]> frames) {
        byte[] first = frames.get(0);
        if (frames.size() > 1) {
            return new Event(text(first), frames.get(1), List.copyOf(frames.subList(2, frames.size())));
        }
        int end = 0;
        while (end < first.length && first[end] != ' ' && first[end] != 0) {
            end++;
        }
        byte[] payload = end < first.length ? Arrays.copyOfRange(first, end + 1, first.length) : EMPTY;
        return new Event(new String(first, 0, end, StandardCharsets.UTF_8), payload, List.of());
    }

    public String topic() {
        return topic;
    }

    /** The payload itself, not a copy. */
    public byte[] payload() {
        return payload;
    }

    /** The payload decoded as UTF-8. */
    public String text() {
        return text(payload);
    }

    /** The frames after the payload; usually none. */
    public List<byte[]> more() {
        return more;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return topic + " (" + payload.length + " bytes)";
    }
}
