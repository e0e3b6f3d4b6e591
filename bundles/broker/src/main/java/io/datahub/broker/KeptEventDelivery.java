package io.datahub.broker;

import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.broker.queue.FanOut;
import io.datahub.broker.topic.Topic;

/**
 * Delivers the kept events of one publisher, each when its log has appended it, on the log's thread, so that all
 * subscribers receive events in the order of the log. For one thread at a time: either that of the one pending event's
 * log, or the publisher's.
 */
final class KeptEventDelivery {

    private final Router router;
    private final PendingEventLimit limit;
    private final FanOut fanOut;

    /** Whether receivers may have to be woken, or waited for, at the next flush. */
    private boolean used;

    KeptEventDelivery(Router router, PendingEventLimit limit, FanOut fanOut) {
        this.router = router;
        this.limit = limit;
        this.fanOut = fanOut;
    }

    Router router() {
        return router;
    }

    /** Releases the memory of a pending event; called once for each, whatever its outcome. */
    void release(long size) {
        limit.release(size);
    }

    /**
     * Delivers a kept event.
     *
     * @param kept the event with its position
     * @param route the route of its topic when it was published
     * @param flushes whether {@link #flush} follows on this thread
     */
    void deliver(EventRun kept, Route route, boolean flushes) {
        boolean isCached = route.isCurrent(router.epoch()) && !route.hasLongerSubscriptions();
        Receivers receivers = isCached
                ? route.receivers()
                : router.receivers(new Topic(route.topic()), firstFrame(kept), Receivers.NONE);
        used = true;
        fanOut.put(kept, receivers.queues());
        receivers.showPublished(kept);
        if (!flushes) {
            fanOut.wake();
        }
    }

    private static byte[] firstFrame(EventRun kept) {
        EventReader reader = new EventReader(kept);
        reader.next();
        byte[] frame = new byte[Math.min(reader.firstFrameEnd() - reader.topicStart(), Topic.MAX_BYTES)];
        kept.buffer().bytes().get(reader.topicStart(), frame);
        return frame;
    }

    /** Wakes the receivers of what was delivered, so that it doesn't wait for the next event's outcome. */
    void wake() {
        if (used) {
            fanOut.wake();
        }
    }

    /** Wakes the receivers of what was delivered; false if one of them is full, as {@link FanOut#flush}. */
    boolean flush() {
        if (!used) {
            return true;
        }
        used = false;
        return fanOut.flush();
    }
}
