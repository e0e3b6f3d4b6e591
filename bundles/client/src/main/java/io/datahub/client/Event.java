package io.datahub.client;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** An event that was received: a topic, a payload and whatever frames the publisher put behind it. */
public final class Event {

    private static final byte[] NOTHING = {};

    private final String topic;
    private final byte[] payload;
    private final List<byte[]> more;

    private Event(String topic, byte[] payload, List<byte[]> more) {
        this.topic = topic;
        this.payload = payload;
        this.more = more;
    }

    /**
     * The event that a message of these frames is. Of a single frame the topic ends at the first space or NUL, which belongs
     * to neither part.
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
        byte[] payload = end < first.length ? Arrays.copyOfRange(first, end + 1, first.length) : NOTHING;
        return new Event(new String(first, 0, end, StandardCharsets.UTF_8), payload, List.of());
    }

    public String topic() {
        return topic;
    }

    /** The payload itself, not a copy. */
    public byte[] payload() {
        return payload;
    }

    /** The payload, taken for UTF-8. */
    public String text() {
        return text(payload);
    }

    /** The frames behind the payload; mostly none. */
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
