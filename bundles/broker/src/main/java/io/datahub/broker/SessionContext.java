package io.datahub.broker;

import io.datahub.broker.queue.EventCounters;
import io.datahub.broker.queue.GlobalQueueLimit;
import java.util.function.Consumer;

/**
 * What all sessions share.
 *
 * @param router the subscriptions of all sessions
 * @param queueLimit the limit of all queues together
 * @param counters the broker's counters
 * @param refusals publishes the refusals of events
 * @param positioned delivers the events that have a position in the history
 * @param pendingLimit the memory limit of all events that are being validated or kept
 * @param pause holds the delivery back
 * @param onEnd called once for each session that has ended, on any thread
 */
record SessionContext(
        Router router,
        GlobalQueueLimit queueLimit,
        EventCounters counters,
        RefusalPublisher refusals,
        PositionedDelivery positioned,
        PendingEventLimit pendingLimit,
        DeliveryPause pause,
        Consumer<? super Long> onEnd) {}
