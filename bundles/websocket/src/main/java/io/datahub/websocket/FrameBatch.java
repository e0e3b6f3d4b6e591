package io.datahub.websocket;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;

/**
 * Frames that leave for one client together, with one write. Jetty sees the first of them alone, whose payload is followed
 * by all that comes behind it: the frames are the same for every client, so nothing of them is made again. A frame that is
 * long leaves alone, and Jetty cuts it into fragments. For one thread.
 */
final class FrameBatch {

    private final CoreSession socket;
    private final List<ByteBuffer> cars = new ArrayList<>();
    private int length;
    private byte opCode;
    private int firstPayload;
    private Frame ready;

    FrameBatch(CoreSession socket) {
        this.socket = socket;
    }

    /** Adds the frames of a run's events, from one to another, each counted from 0. */
    void add(EncodedRun run, int first, int last) {
        int from = first;
        for (int i = first; i <= last; i++) {
            if (run.payloadLength(i) > WebSocketHandler.MAX_FRAME_BYTES) {
                if (from < i) {
                    couple(run, from, i - 1);
                }
                makeReady();
                couple(run, i, i);
                makeReady();
                from = i + 1;
            }
        }
        if (from <= last) {
            couple(run, from, last);
        }
    }

    private void couple(EncodedRun run, int first, int last) {
        if (cars.isEmpty()) {
            opCode = run.opCode();
            firstPayload = run.payloadLength(first);
            cars.add(run.fromPayload(first, last));
        } else {
            cars.add(run.frames(first, last));
        }
        length += cars.get(cars.size() - 1).remaining();
    }

    /** Sends what was ready before, for which nobody waits, and keeps what was coupled as the last. */
    private void makeReady() {
        if (cars.isEmpty()) {
            return;
        }
        if (ready != null) {
            socket.sendFrame(ready, Callback.NOOP, false);
        }
        ready = new Coupled(opCode, firstPayload, joined());
        cars.clear();
        length = 0;
    }

    private ByteBuffer joined() {
        if (cars.size() == 1) {
            return cars.get(0);
        }
        ByteBuffer joined = ByteBuffer.allocate(length);
        cars.forEach(joined::put);
        return joined.flip();
    }

    /**
     * Sends everything.
     *
     * @param written is told when it is with the operating system
     */
    void depart(Callback written) {
        makeReady();
        if (ready == null) {
            written.succeeded();
        } else {
            Frame last = ready;
            ready = null;
            socket.sendFrame(last, written, false);
        }
    }

    /** A frame, and others behind its payload. */
    private static final class Coupled extends Frame {

        private final int length;

        Coupled(byte opCode, int length, ByteBuffer payloadAndMore) {
            super(opCode, payloadAndMore);
            this.length = length;
        }

        /** Of this frame alone. */
        @Override
        public int getPayloadLength() {
            return length;
        }
    }
}
