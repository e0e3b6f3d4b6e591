package io.datahub.hooks.incoming;

import io.datahub.api.Refusal;
import java.util.concurrent.atomic.LongAdder;

/** Counts of the deliveries to a hook. Thread-safe. */
final class HookCounts {

    final LongAdder accepted = new LongAdder();
    final LongAdder repeated = new LongAdder();
    final LongAdder unknown = new LongAdder();
    final LongAdder unauthenticated = new LongAdder();
    final LongAdder invalid = new LongAdder();
    final LongAdder failed = new LongAdder();

    void refused(Refusal refusal) {
        switch (refusal.reason()) {
            case UNAUTHENTICATED, FORBIDDEN -> unauthenticated.increment();
            case UNAVAILABLE, FAILED, NO_ROOM, TOO_MANY -> failed.increment();
            default -> invalid.increment();
        }
    }

    long refused() {
        return unauthenticated.sum() + invalid.sum() + failed.sum();
    }
}
