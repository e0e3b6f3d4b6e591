package io.datahub.broker;

import io.datahub.api.event.EventInjector;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.NoOpSink;
import io.datahub.broker.queue.EventCounters;
import io.datahub.broker.queue.FanOut;
import io.datahub.broker.queue.PublisherPause;
import io.datahub.broker.topic.Topic;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongConsumer;

/** Delivers events that were accepted elsewhere; splits runs where the receivers change. Not thread-safe. */
final class BrokerInjector implements EventInjector {

    private final Router router;
    private final FanOut fanOut;
    private final PositionedDelivery positioned;
    private final EventCounters counters;
    private final LongConsumer onLoss;
    private final RouteCache routes = new RouteCache();

    /** @param onLoss reports lost events to all sessions */
    BrokerInjector(SessionContext context, LongConsumer onLoss) {
        router = context.router();
        fanOut = new FanOut(context.queueLimit(), new PublisherPause(NoOpSink.INSTANCE));
        positioned = context.positioned();
        counters = context.counters();
        this.onLoss = onLoss;
    }

    @Override
    public void inject(EventRun run) {
        counters.in(run.count());
        counters.bytesIn(run.length());
        if (run.count() == 1) {
            EventReader event = new EventReader(run);
            event.next();
            deliver(run, receivers(run, event, Receivers.NONE));
        } else {
            injectAll(run);
        }
        fanOut.wakeWithoutWaiting();
    }

    private void injectAll(EventRun run) {
        Receivers receivers = Receivers.NONE;
        int start = run.start();
        int count = 0;
        for (EventReader event = new EventReader(run); event.next(); count++) {
            Receivers next = receivers(run, event, receivers);
            if (next != receivers) {
                deliver(part(run, start, event.start(), count), receivers);
                receivers = next;
                start = event.start();
                count = 0;
            }
        }
        deliver(part(run, start, run.end(), count), receivers);
    }

    private static EventRun part(EventRun run, int start, int end, int count) {
        return count == run.count() ? run : new EventRun(run.buffer(), start, end, count, run.user(), run.timeMillis());
    }

    private void deliver(EventRun run, Receivers receivers) {
        if (run.count() > 0 && receivers.hasQueues()) {
            positioned.deliver(run, receivers, fanOut);
        }
    }

    private Receivers receivers(EventRun run, EventReader event, Receivers like) {
        ByteBuffer bytes = run.buffer().bytes();
        int from = event.topicStart();
        int to = event.topicEnd();
        Route route = routes.find(bytes, from, to, router.epoch());
        if (route == null) {
            byte[] topic = new byte[to - from];
            bytes.get(from, topic);
            route = router.injectedRoute(topic, routes.lastReceivers());
            routes.put(route, bytes, from, to);
        }
        int frameEnd = event.firstFrameEnd();
        if (!route.hasLongerSubscriptions() || frameEnd == to) {
            return route.receivers();
        }
        byte[] frame = new byte[Math.min(frameEnd - from, Topic.MAX_BYTES)];
        bytes.get(from, frame);
        return Receivers.of(router.queues(new Topic(route.topic()), frame), List.of(), like);
    }

    @Override
    public void reportLost(long events) {
        onLoss.accept(events);
    }
}
