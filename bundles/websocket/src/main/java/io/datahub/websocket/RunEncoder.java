package io.datahub.websocket;

import io.datahub.api.event.EventJson;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.eclipse.jetty.websocket.core.OpCode;

/**
 * Encodes runs of events once for all clients of a subprotocol. Recent runs are cached by identity with weak
 * references, so an encoded run is garbage collected when no client is sending it any longer. Concurrent calls may
 * encode the same run twice. Thread-safe.
 */
final class RunEncoder {

    private static final int SLOTS = 256;

    private final Subprotocol subprotocol;
    private final AtomicReferenceArray<WeakReference<EncodedRun>> cache = new AtomicReferenceArray<>(SLOTS);

    RunEncoder(Subprotocol subprotocol) {
        this.subprotocol = subprotocol;
    }

    /** The encoded run, cached; the caller must hold its buffer. */
    EncodedRun encode(EventRun run) {
        int slot = System.identityHashCode(run) & (SLOTS - 1);
        WeakReference<EncodedRun> reference = cache.get(slot);
        EncodedRun cached = reference == null ? null : reference.get();
        if (cached != null && cached.run() == run) {
            return cached;
        }
        EncodedRun encoded = encodeUncached(run);
        cache.set(slot, new WeakReference<>(encoded));
        return encoded;
    }

    private EncodedRun encodeUncached(EventRun run) {
        FrameWriter out = new FrameWriter(opCode(), run.length() + 128 * run.count(), run.count());
        write(run, out);
        return out.encoded(run);
    }

    private byte opCode() {
        return subprotocol == Subprotocol.BINARY ? OpCode.BINARY : OpCode.TEXT;
    }

    /** Writes frames of events of the past, which one client receives. */
    FrameWriter pastWriter() {
        return new FrameWriter(opCode(), 0, 0);
    }

    /** Appends the frames of a run. */
    void write(EventRun run, FrameWriter out) {
        EventReader event = new EventReader(run);
        try {
            while (event.next()) {
                switch (subprotocol) {
                    case JSON -> EventJson.append(out.payload(), run, event, false);
                    case BINARY -> EventText.binary(out.payload(), run, event);
                    case CLOUDEVENTS -> EventText.cloudEvent(out.payload(), run, event);
                }
                out.endFrame();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
