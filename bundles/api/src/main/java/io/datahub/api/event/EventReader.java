package io.datahub.api.event;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Iterates over the events of a run. The first frame is the topic and the second the payload. If an event has a single
 * frame, its topic ends at the first space or NUL and the payload is what follows that byte. Not thread-safe; use it
 * while holding the run's buffer.
 */
public final class EventReader {

    private static final int MORE = 1;
    private static final int LONG = 2;

    private ByteBuffer bytes;
    private int end;
    private int position;
    private int start;

    /** The frame bounds of the current event: start and end of each frame, in pairs. */
    private int[] bounds = new int[8];

    private int frames;

    /** Creates a reader without events, for {@link #read}. */
    public EventReader() {}

    /**
     * Creates a reader before the first event.
     *
     * @param run the events
     */
    public EventReader(EventRun run) {
        read(run);
    }

    /**
     * Starts over before the first event of another run, so that one reader serves many runs.
     *
     * @param run the events
     */
    public void read(EventRun run) {
        bytes = run.buffer().bytes();
        position = run.start();
        end = run.end();
    }

    /**
     * Advances to the next event.
     *
     * @return false if there is none
     */
    public boolean next() {
        if (position >= end) {
            return false;
        }
        start = position;
        frames = 0;
        int flags;
        do {
            flags = bytes.get(position);
            int body = bodyStart(bytes, position);
            position = body + bodyLength(bytes, position);
            addFrame(body, position);
        } while ((flags & MORE) != 0);
        return true;
    }

    /**
     * The start of the body of a frame.
     *
     * @param bytes the buffer
     * @param frame the index at which the frame begins
     * @return the index of the first byte of its body; for the first frame of an event, the start of the topic
     */
    public static int bodyStart(ByteBuffer bytes, int frame) {
        return frame + ((bytes.get(frame) & LONG) != 0 ? 9 : 2);
    }

    private static int bodyLength(ByteBuffer bytes, int frame) {
        return (bytes.get(frame) & LONG) != 0 ? (int) bytes.getLong(frame + 1) : bytes.get(frame + 1) & 0xff;
    }

    /**
     * The end of the topic of an event, without reading the rest of it.
     *
     * @param bytes the buffer
     * @param event the index at which the event begins
     * @return the index after the last byte of the topic
     */
    public static int topicEnd(ByteBuffer bytes, int event) {
        int start = bodyStart(bytes, event);
        int end = start + bodyLength(bytes, event);
        return (bytes.get(event) & MORE) != 0 ? end : topicEnd(bytes, start, end);
    }

    /**
     * Whether a topic begins with a prefix.
     *
     * @param bytes the buffer
     * @param from the index of the first byte of the topic
     * @param to the index after its last byte
     * @param prefix the prefix
     * @return whether it begins so
     */
    public static boolean startsWith(ByteBuffer bytes, int from, int to, byte[] prefix) {
        if (to - from < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (bytes.get(from + i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private void addFrame(int from, int to) {
        if (2 * frames == bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * bounds.length);
        }
        bounds[2 * frames] = from;
        bounds[2 * frames + 1] = to;
        frames++;
    }

    /**
     * The start of the current event in the buffer.
     *
     * @return the index of its first byte
     */
    public int start() {
        return start;
    }

    /**
     * The end of the current event in the buffer.
     *
     * @return the index after its last byte
     */
    public int end() {
        return position;
    }

    /**
     * The topic of the current event.
     *
     * @return the topic
     */
    public String topic() {
        return StandardCharsets.UTF_8
                .decode(bytes.slice(bounds[0], topicEnd() - bounds[0]))
                .toString();
    }

    /**
     * The start of the topic of the current event in the buffer.
     *
     * @return the index of its first byte
     */
    public int topicStart() {
        return bounds[0];
    }

    /**
     * The end of the first frame of the current event in the buffer, which subscriptions match.
     *
     * @return the index after its last byte
     */
    public int firstFrameEnd() {
        return bounds[1];
    }

    /**
     * The end of the topic of the current event in the buffer.
     *
     * @return the index after its last byte
     */
    public int topicEnd() {
        return frames == 1 ? topicEnd(bytes, bounds[0], bounds[1]) : bounds[1];
    }

    /**
     * The end of the topic of a single-frame event whose body lies between these positions of the buffer.
     *
     * @param bytes the buffer
     * @param from the start of the body
     * @param to the end of the body
     * @return the offset after the topic
     */
    public static int topicEnd(ByteBuffer bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            byte b = bytes.get(i);
            if (b == ' ' || b == 0) {
                return i;
            }
        }
        return to;
    }

    /**
     * The start of the payload of the current event in the buffer.
     *
     * @return the index of its first byte
     */
    public int payloadStart() {
        return frames == 1 ? Math.min(topicEnd() + 1, bounds[1]) : bounds[2];
    }

    /**
     * The end of the payload of the current event in the buffer.
     *
     * @return the index after its last byte
     */
    public int payloadEnd() {
        return frames == 1 ? bounds[1] : bounds[3];
    }

    /**
     * The payload of the current event, as a view.
     *
     * @return a view, valid as long as the buffer
     */
    public ByteBuffer payload() {
        int from = payloadStart();
        return bytes.slice(from, payloadEnd() - from);
    }

    /**
     * The frames of the current event after the payload, as views.
     *
     * @return views, valid as long as the buffer; most often none
     */
    public List<ByteBuffer> moreFrames() {
        if (frames < 3) {
            return List.of();
        }
        List<ByteBuffer> more = new ArrayList<>();
        for (int i = 2; i < frames; i++) {
            more.add(frame(i));
        }
        return more;
    }

    private ByteBuffer frame(int i) {
        return bytes.slice(bounds[2 * i], bounds[2 * i + 1] - bounds[2 * i]);
    }
}
