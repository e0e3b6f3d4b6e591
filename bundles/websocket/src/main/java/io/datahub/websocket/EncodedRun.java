package io.datahub.websocket;

import io.datahub.api.event.EventRun;
import java.nio.ByteBuffer;

/** The events of a run as the payloads of WebSocket frames, shared by all clients that get it. */
final class EncodedRun {

    private final EventRun run;
    private final byte[] bytes;
    private final int[] ends;
    private final byte opCode;

    /**
     * @param bytes the payloads, one behind the other
     * @param ends where each ends
     * @param opCode the kind of the frames
     */
    EncodedRun(EventRun run, byte[] bytes, int[] ends, byte opCode) {
        this.run = run;
        this.bytes = bytes;
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

    /** The payload of the frame of one event, counted from 0. */
    ByteBuffer payload(int index) {
        int start = index == 0 ? 0 : ends[index - 1];
        return ByteBuffer.wrap(bytes, start, ends[index] - start).slice();
    }
}
