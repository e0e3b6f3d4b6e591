package io.datahub.websocket;

import io.datahub.api.event.EventRun;
import java.nio.ByteBuffer;

/** The events of a run as WebSocket frames, shared by all clients that receive it. */
final class EncodedRun {

    private final EventRun run;
    private final byte[] frames;
    private final int[] payloadStarts;
    private final int[] ends;
    private final byte opCode;

    /**
     * @param frames complete frames, concatenated
     * @param payloadStarts start offset of the payload of each frame
     * @param ends end offset of each frame
     * @param opCode the opcode of the frames
     */
    EncodedRun(EventRun run, byte[] frames, int[] payloadStarts, int[] ends, byte opCode) {
        this.run = run;
        this.frames = frames;
        this.payloadStarts = payloadStarts;
        this.ends = ends;
        this.opCode = opCode;
    }

    /** The encoded run. */
    EventRun run() {
        return run;
    }

    /** The number of events. */
    int count() {
        return ends.length;
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
