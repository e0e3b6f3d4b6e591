package io.datahub.websocket;

import io.datahub.api.event.EventRun;
import java.io.ByteArrayOutputStream;

/**
 * Writes whole messages as a server's frames (RFC 6455, 5.2: final, not masked), one behind the other. They are the same for
 * every client that gets them. For one thread.
 */
final class FrameWriter {

    private static final int FINAL = 0x80;
    private static final int MAX_SHORT = 125;
    private static final int MAX_MEDIUM = 65535;

    private final EventRun run;
    private final byte opCode;
    private final ByteArrayOutputStream payload = new ByteArrayOutputStream(512);
    private final ByteArrayOutputStream frames;
    private final int[] payloads;
    private final int[] ends;
    private int count;

    /** Begins the frames of a run's events, one for each. */
    FrameWriter(EventRun run, byte opCode) {
        this.run = run;
        this.opCode = opCode;
        frames = new ByteArrayOutputStream(run.length() + 128 * run.count());
        payloads = new int[run.count()];
        ends = new int[run.count()];
    }

    /** Takes the payload of the present frame. */
    ByteArrayOutputStream payload() {
        return payload;
    }

    /** Ends the present frame. */
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
        payloads[count] = frames.size();
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
        return new EncodedRun(run, frames.toByteArray(), payloads, ends, opCode);
    }
}
