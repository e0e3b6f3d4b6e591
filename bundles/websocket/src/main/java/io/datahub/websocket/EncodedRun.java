package io.datahub.websocket;

import io.datahub.api.event.EventRun;
import java.nio.ByteBuffer;

/** The events of a run as WebSocket frames, shared by all clients that get it. */
final class EncodedRun {

    private final EventRun run;
    private final byte[] frames;
    private final int[] payloads;
    private final int[] ends;
    private final byte opCode;

    /**
     * @param frames whole frames, one behind the other
     * @param payloads where the payload of each begins
     * @param ends where each ends
     * @param opCode the kind of the frames
     */
    EncodedRun(EventRun run, byte[] frames, int[] payloads, int[] ends, byte opCode) {
        this.run = run;
        this.frames = frames;
        this.payloads = payloads;
        this.ends = ends;
        this.opCode = opCode;
    }

    /** What was encoded. */
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

    /** The length of the payload of one frame, counted from 0. */
    int payloadLength(int index) {
        return ends[index] - payloads[index];
    }

    /** What is on the wire from the payload of one frame to the end of another, headers in between included. */
    ByteBuffer fromPayload(int first, int last) {
        return ByteBuffer.wrap(frames, payloads[first], ends[last] - payloads[first])
                .slice();
    }

    /** Whole frames, from one to another. */
    ByteBuffer frames(int first, int last) {
        int start = first == 0 ? 0 : ends[first - 1];
        return ByteBuffer.wrap(frames, start, ends[last] - start).slice();
    }
}
