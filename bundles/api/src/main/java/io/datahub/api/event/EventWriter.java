package io.datahub.api.event;

import java.nio.ByteBuffer;

/** Encodes events in the format described by {@link EventRun}. */
public final class EventWriter {

    private static final int MORE = 1;
    private static final int LONG = 2;

    private EventWriter() {}

    /**
     * Encodes one event.
     *
     * @param frames the topic, the payload, and any further frames
     * @return the bytes, ready to be read
     */
    public static ByteBuffer write(byte[]... frames) {
        int size = 0;
        for (byte[] frame : frames) {
            size += frame.length + (frame.length > 255 ? 9 : 2);
        }
        ByteBuffer bytes = ByteBuffer.allocate(size);
        for (int i = 0; i < frames.length; i++) {
            byte[] frame = frames[i];
            int more = i < frames.length - 1 ? MORE : 0;
            if (frame.length > 255) {
                bytes.put((byte) (more | LONG)).putLong(frame.length);
            } else {
                bytes.put((byte) more).put((byte) frame.length);
            }
            bytes.put(frame);
        }
        return bytes.flip();
    }
}
