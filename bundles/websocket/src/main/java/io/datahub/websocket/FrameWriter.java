package io.datahub.websocket;

import io.datahub.api.event.EventRun;
import io.datahub.api.json.ByteBuilder;
import java.util.Arrays;

/**
 * Writes messages as unfragmented server frames (RFC 6455, 5.2: FIN set, unmasked), concatenated. They are the same for
 * every client. Not thread-safe.
 */
final class FrameWriter {

    private static final int FINAL = 0x80;
    private static final int MAX_SHORT = 125;
    private static final int MAX_MEDIUM = 65535;

    private final byte opCode;
    private final ByteBuilder payload = new ByteBuilder(512);
    private final ByteBuilder frames;
    private int[] payloadStarts;
    private int[] ends;
    private int count;

    /**
     * @param bytes about how long the frames will be
     * @param events about how many
     */
    FrameWriter(byte opCode, int bytes, int events) {
        this.opCode = opCode;
        frames = new ByteBuilder(bytes);
        payloadStarts = new int[events];
        ends = new int[events];
    }

    /** The buffer for the payload of the current frame. */
    ByteBuilder payload() {
        return payload;
    }

    /** The number of frames. */
    int count() {
        return count;
    }

    /** Completes the current frame. */
    void endFrame() {
        int length = payload.size();
        frames.write(FINAL | opCode);
        if (length <= MAX_SHORT) {
            frames.write(length);
        } else if (length <= MAX_MEDIUM) {
            frames.write(MAX_SHORT + 1);
            writeNumber(length, 2);
        } else {
            frames.write(MAX_SHORT + 2);
            writeNumber(length, 8);
        }
        if (count == ends.length) {
            payloadStarts = Arrays.copyOf(payloadStarts, 2 * count + 1);
            ends = Arrays.copyOf(ends, 2 * count + 1);
        }
        payloadStarts[count] = frames.size();
        frames.write(payload.array(), 0, length);
        ends[count] = frames.size();
        count++;
        payload.truncate(0);
    }

    private void writeNumber(long number, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            frames.write((int) (number >> shift));
        }
    }

    /** The frames, after which no more can be written; of a run. */
    EncodedRun encoded(EventRun run) {
        return new EncodedRun(run, frames.array(), payloadStarts, ends, count, opCode);
    }
}
