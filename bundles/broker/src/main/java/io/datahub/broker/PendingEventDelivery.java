package io.datahub.broker;

import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.broker.queue.FanOut;
import io.datahub.broker.topic.Topic;

/**
 * Delivers the pending events of one publisher, each as soon as validators have accepted it and its log, if any, has
 * appended it. That is done on the thread of whoever was last, so that kept events are delivered in the order of the
 * log, and so that nothing can change what the topic demands before the event is delivered. For one thread at a time:
 * either that on which the one pending event completes, or the publisher's.
 */
final class PendingEventDelivery {

    private final Router router;
    private final PositionedDelivery positioned;
    private final PendingEventLimit limit;
    private final FanOut fanOut;

    PendingEventDelivery(SessionContext context, FanOut fanOut) {
        router = context.router();
        positioned = context.positioned();
        limit = context.pendingLimit();
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
     * Delivers an event.
     *
     * @param event the event, with its position if it was kept
     * @param route the route of its topic when it was published
     * @param isEverywhere whether all hubs of the cluster deliver it
     * @param flushes whether {@link #wake} follows on this thread
     */
    void deliver(EventRun event, Route route, boolean isEverywhere, boolean flushes) {
        boolean isCached = route.isCurrent(router.epoch()) && !route.hasLongerSubscriptions();
        Receivers receivers = isCached
                ? route.receivers()
                : router.receivers(new Topic(route.topic()), firstFrame(event), Receivers.NONE);
        positioned.deliver(event, receivers, fanOut, isEverywhere);
        if (!flushes) {
            fanOut.wake();
        }
    }

    private static byte[] firstFrame(EventRun event) {
        EventReader reader = new EventReader(event);
        reader.next();
        byte[] frame = new byte[Math.min(reader.firstFrameEnd() - reader.topicStart(), Topic.MAX_BYTES)];
        event.buffer().bytes().get(reader.topicStart(), frame);
        return frame;
    }

    /** Wakes the receivers of what was delivered. */
    void wake() {
        fanOut.wake();
    }

    /** Whether receivers were found full that the publisher doesn't yet wait for. */
    boolean hasFull() {
        return fanOut.hasFull();
    }

    /** Has the publisher wait for the receivers that are full. */
    void awaitFull() {
        fanOut.awaitFull();
    }
}
