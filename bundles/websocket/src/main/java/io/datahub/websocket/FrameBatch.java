package io.datahub.websocket;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;

/**
 * Frames that are sent to one client with a single write. To Jetty this is one frame whose payload is followed by the
 * other frames: frames are the same for every client, so they are reused without encoding them again. A long frame is
 * sent alone, and Jetty splits it into fragments. Not thread-safe.
 */
final class FrameBatch {

    /** Longer frames are split into fragments. */
    static final int MAX_FRAME_BYTES = 64 * 1024;

    private final CoreSession socket;
    private final List<ByteBuffer> buffers = new ArrayList<>();
    private int length;
    private byte opCode;
    private int firstPayload;
    private Frame pending;

    FrameBatch(CoreSession socket) {
        this.socket = socket;
    }

    /** Adds frames. */
    void add(EncodedRun run) {
        int from = 0;
        int last = run.count() - 1;
        for (int i = 0; i <= last; i++) {
            if (run.payloadLength(i) > MAX_FRAME_BYTES) {
                if (from < i) {
                    append(run, from, i - 1);
                }
                completeFrame();
                append(run, i, i);
                completeFrame();
                from = i + 1;
            }
        }
        if (from <= last) {
            append(run, from, last);
        }
    }

    private void append(EncodedRun run, int first, int last) {
        if (buffers.isEmpty()) {
            opCode = run.opCode();
            firstPayload = run.payloadLength(first);
            buffers.add(run.fromPayload(first, last));
        } else {
            buffers.add(run.frames(first, last));
        }
        length += buffers.get(buffers.size() - 1).remaining();
    }

    /** Sends the pending frame without waiting for it, and makes the collected frames the pending one. */
    private void completeFrame() {
        if (buffers.isEmpty()) {
            return;
        }
        if (pending != null) {
            socket.sendFrame(pending, Callback.NOOP, false);
        }
        pending = new FrameSequence(opCode, firstPayload, joined());
        buffers.clear();
        length = 0;
    }

    private ByteBuffer joined() {
        if (buffers.size() == 1) {
            return buffers.get(0);
        }
        ByteBuffer joined = ByteBuffer.allocate(length);
        buffers.forEach(joined::put);
        return joined.flip();
    }

    /**
     * Sends all frames.
     *
     * @param written completed when the data has been passed to the operating system
     */
    void send(Callback written) {
        completeFrame();
        if (pending == null) {
            written.succeeded();
        } else {
            Frame last = pending;
            pending = null;
            socket.sendFrame(last, written, false);
        }
    }

    /** A frame with further frames after its payload. */
    private static final class FrameSequence extends Frame {

        private final int length;

        FrameSequence(byte opCode, int length, ByteBuffer payloadAndMore) {
            super(opCode, payloadAndMore);
            this.length = length;
        }

        /** The length of this frame's own payload. */
        @Override
        public int getPayloadLength() {
            return length;
        }
    }
}
