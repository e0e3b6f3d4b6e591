package io.datahub.websocket;

import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.eclipse.jetty.websocket.core.OpCode;

/**
 * Encodes runs of events, each once for all clients of one dialect as long as one of them still sends it: it remembers
 * recent runs by their identity, weakly, so that memory goes with the last who needs it. Two threads that come at the same
 * moment may both encode. For any thread.
 */
final class RunEncoder {

    private static final int SLOTS = 256;

    private final Subprotocol dialect;
    private final AtomicReferenceArray<WeakReference<EncodedRun>> recent = new AtomicReferenceArray<>(SLOTS);

    RunEncoder(Subprotocol dialect) {
        this.dialect = dialect;
    }

    /** The run in the form of the dialect; the caller holds its buffer. */
    EncodedRun encode(EventRun run) {
        int slot = System.identityHashCode(run) & (SLOTS - 1);
        WeakReference<EncodedRun> reference = recent.get(slot);
        EncodedRun known = reference == null ? null : reference.get();
        if (known != null && known.run() == run) {
            return known;
        }
        EncodedRun encoded = encodeAlone(run);
        recent.set(slot, new WeakReference<>(encoded));
        return encoded;
    }

    /** The run in the form of the dialect, for one client. */
    EncodedRun encodeAlone(EventRun run) {
        FrameWriter out = new FrameWriter(run, dialect == Subprotocol.BINARY ? OpCode.BINARY : OpCode.TEXT);
        EventReader event = new EventReader(run);
        try {
            while (event.next()) {
                switch (dialect) {
                    case JSON -> EventText.json(out.payload(), run, event);
                    case BINARY -> EventText.binary(out.payload(), event);
                    case CLOUDEVENTS -> EventText.cloudEvent(out.payload(), run, event);
                }
                out.endFrame();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.run();
    }
}
