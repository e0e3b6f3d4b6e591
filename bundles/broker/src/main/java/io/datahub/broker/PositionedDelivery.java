package io.datahub.broker;

import io.datahub.api.event.EventRun;
import io.datahub.api.log.LogLimit;
import io.datahub.api.record.Cursor;
import io.datahub.broker.queue.FanOut;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the events that have a position in the history, wherever they come from, one at a time: so all subscribers
 * and listeners receive them in the same order, which is that of the positions if their owner calls in that order.
 * Thread-safe.
 */
final class PositionedDelivery {

    private static final Logger LOG = LoggerFactory.getLogger(PositionedDelivery.class);

    private final LogLimit limit = new LogLimit(1, Duration.ofSeconds(10));

    /** Guarded by this. */
    private Cursor last = Cursor.BEGINNING;

    /** Delivers an event at this hub, with or without a position; only one with a position waits for others. */
    void deliver(EventRun run, Receivers receivers, FanOut fanOut) {
        deliver(run, receivers, fanOut, false);
    }

    /**
     * Delivers an event.
     *
     * @param isEverywhere whether all hubs of the cluster deliver it
     */
    void deliver(EventRun run, Receivers receivers, FanOut fanOut, boolean isEverywhere) {
        Optional<Cursor> cursor = run.cursor();
        if (cursor.isEmpty()) {
            put(run, receivers, fanOut, isEverywhere);
            return;
        }
        synchronized (this) {
            check(cursor.get());
            put(run, receivers, fanOut, isEverywhere);
        }
    }

    private static void put(EventRun run, Receivers receivers, FanOut fanOut, boolean isEverywhere) {
        fanOut.put(run, receivers.queues());
        receivers.showPublished(run, isEverywhere);
    }

    /** Subscribers that follow the history skip what comes too late as something that they have read there. */
    private void check(Cursor cursor) {
        if (cursor.isUpTo(last)) {
            LogLimit.Decision line = limit.next();
            if (line.mayWrite()) {
                LOG.error(
                        "event=broker.order.violated cursor={} after={} suppressed={} consequence=\"subscribers with"
                                + " since may miss it\"",
                        cursor,
                        last,
                        line.suppressed());
            }
        } else {
            last = cursor;
        }
    }
}
