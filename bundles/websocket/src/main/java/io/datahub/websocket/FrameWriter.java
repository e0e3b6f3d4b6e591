package io.datahub.websocket;

import io.datahub.api.event.EventRun;
import java.io.ByteArrayOutputStream;

/**
 * Writes messages as unfragmented server frames (RFC 6455, 5.2: FIN set, unmasked), concatenated. They are the same for
 * every client. Not thread-safe.
 */
final class FrameWriter {

    private static final int FINAL = 0x80;
    private static final int MAX_SHORT = 125;
    private static final int MAX_MEDIUM = 65535;

    private final EventRun run;
    private final byte opCode;
    private final ByteArrayOutputStream payload = new ByteArrayOutputStream(512);
    private final ByteArrayOutputStream frames;
    private final int[] payloadStarts;
    private final int[] ends;
    private int count;

    /** Creates a writer of one frame per event of a run. */
    FrameWriter(EventRun run, byte opCode) {
        this.run = run;
        this.opCode = opCode;
        frames = new ByteArrayOutputStream(run.length() + 128 * run.count());
        payloadStarts = new int[run.count()];
        ends = new int[run.count()];
    }

    /** The buffer for the payload of the current frame. */
    ByteArrayOutputStream payload() {
        return payload;
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
        payloadStarts[count] = frames.size();
        frames.writeBytes(payload.toByteArray());
        ends[count] = frames.size();
        count++;
        payload.reset();
    }

    private void writeNumber(long number, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            frames.write((int) (number >> shift));
        }
    }

    EncodedRun run() {
        return new EncodedRun(run, frames.toByteArray(), payloadStarts, ends, opCode);
    }
}
