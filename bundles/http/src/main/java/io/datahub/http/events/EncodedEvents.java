package io.datahub.http.events;

import io.datahub.api.event.EventRun;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/**
 * What was encoded lately, so that an event for many event streams is encoded once. It has at most 512 KiB of encodings
 * of small runs, and doesn't keep the runs themselves in memory. Thread-safe; never blocks.
 */
final class EncodedEvents {

    private static final int SLOTS = 256;
    private static final int MAX_BYTES = 2048;

    private final AtomicReferenceArray<Encoded> slots = new AtomicReferenceArray<>(SLOTS);

    /** An encoding, and the run that it is of: by identity, since the buffer of a run that is gone is used again. */
    private static final class Encoded extends WeakReference<EventRun> {

        final byte[] bytes;

        Encoded(EventRun run, byte[] bytes) {
            super(run);
            this.bytes = bytes;
        }
    }

    /**
     * The encoding of a run.
     *
     * @param encoder encodes it if it isn't known; the same for all calls
     * @return the bytes, which mustn't be changed
     */
    byte[] of(EventRun run, Function<EventRun, byte[]> encoder) {
        int slot = System.identityHashCode(run) % SLOTS;
        Encoded known = slots.get(slot);
        if (known != null && known.refersTo(run)) {
            return known.bytes;
        }
        byte[] bytes = encoder.apply(run);
        if (bytes.length <= MAX_BYTES) {
            slots.set(slot, new Encoded(run, bytes));
        }
        return bytes;
    }
}
