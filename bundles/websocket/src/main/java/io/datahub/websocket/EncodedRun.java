package io.datahub.websocket;

import io.datahub.api.event.EventRun;
import java.nio.ByteBuffer;

/** Events as WebSocket frames: those of a run, shared by all clients that receive it, or of the past, for one client. */
final class EncodedRun {

    private final EventRun run;
    private final byte[] frames;
    private final int[] payloadStarts;
    private final int[] ends;
    private final int count;
    private final byte opCode;

    /**
     * @param run what is encoded; null if it is that of several runs
     * @param frames begins with the complete frames, concatenated
     * @param payloadStarts begins with the start offset of the payload of each frame
     * @param ends begins with the end offset of each frame
     * @param count the number of frames
     * @param opCode the opcode of the frames
     */
    EncodedRun(EventRun run, byte[] frames, int[] payloadStarts, int[] ends, int count, byte opCode) {
        this.run = run;
        this.frames = frames;
        this.payloadStarts = payloadStarts;
        this.ends = ends;
        this.count = count;
        this.opCode = opCode;
    }

    /** The encoded run. */
    EventRun run() {
        return run;
    }

    /** The number of events. */
    int count() {
        return count;
    }

    byte opCode() {
        return opCode;
    }

    /** The payload length of a frame, by index from 0. */
    int payloadLength(int index) {
        return ends[index] - payloadStarts[index];
    }

    /** The wire data from the payload of the first frame to the end of the last, including the headers in between. */
    ByteBuffer fromPayload(int first, int last) {
        return ByteBuffer.wrap(frames, payloadStarts[first], ends[last] - payloadStarts[first])
                .slice();
    }

    /** The complete frames from first to last, inclusive. */
    ByteBuffer frames(int first, int last) {
        int start = first == 0 ? 0 : ends[first - 1];
        return ByteBuffer.wrap(frames, start, ends[last] - start).slice();
    }
}
