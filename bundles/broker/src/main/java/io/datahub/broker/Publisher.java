package io.datahub.broker;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Published;
import io.datahub.api.event.SharedBuffer;
import io.datahub.broker.queue.EventCounters;
import io.datahub.broker.queue.FanOut;
import io.datahub.broker.queue.PublisherPause;
import io.datahub.broker.topic.Topic;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The publishing side of a session: combines consecutive events with the same receivers into one run, so that the work
 * for each receiver is done once per run instead of once per event. Not thread-safe.
 */
final class Publisher {

    private static final int FRAME_HEADER = 9;
    private static final int MORE = 1;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final SessionState session;
    private final SessionContext context;
    private final Router router;
    private final FanOut fanOut;
    private final PublisherPause pause;
    private final EventCounters counters;
    private final PendingEventDelivery pendingDelivery;
    private final int maxMessageBytes;
    private final RouteCache routes = new RouteCache();

    private SharedBuffer buffer;
    private int start;
    private int end;
    private int count;
    private long bytesIn;
    private Receivers receivers = Receivers.NONE;
    private long batchMillis;

    /** The event that is being validated or kept, or null. */
    private PendingEvent pending;

    /** Why the last pending event was refused. */
    private Optional<Refusal> refusal = Optional.empty();

    Publisher(
            SessionState session, SessionContext context, EventSink sink, EventCounters counters, int maxMessageBytes) {
        this.session = session;
        this.context = context;
        pause = new PublisherPause(sink);
        fanOut = new FanOut(context.queueLimit(), pause);
        pendingDelivery = new PendingEventDelivery(context, new FanOut(context.queueLimit(), pause));
        this.counters = counters;
        this.maxMessageBytes = maxMessageBytes;
        router = context.router();
    }

    /** See {@link io.datahub.api.event.Session#publish(SharedBuffer, int, int, int, int, Runnable)}. */
    Published publish(
            SharedBuffer from, int eventStart, int eventEnd, int topicStart, int topicEnd, Runnable completed) {
        ByteBuffer bytes = from.bytes();
        if (session.isClosed()) {
            return refused(Published.CLOSED, bytes, topicStart, topicEnd);
        }
        Route route = routes.find(bytes, topicStart, topicEnd, router.epoch());
        if (route == null) {
            if (context.pause().isOn()) {
                return refused(Published.UNAVAILABLE, bytes, topicStart, topicEnd);
            }
            if (Topic.isTooLong(topicEnd - topicStart)) {
                return refused(Published.TOPIC_TOO_LONG, bytes, topicStart, topicEnd);
            }
            route = lookUp(bytes, topicStart, topicEnd);
        }
        if (eventEnd - topicEnd > maxMessageBytes + FRAME_HEADER && !route.isRefused()) {
            return refused(Published.TOO_LARGE, bytes, topicStart, topicEnd);
        }
        if (route.outcome() != Published.ACCEPTED) {
            if (route.isRefused()) {
                refusal = Optional.empty();
                return refused(route.outcome(), bytes, topicStart, topicEnd);
            }
            return hold(route, bytes, eventStart, eventEnd, topicStart, topicEnd, completed);
        }
        Receivers targets = targets(route, bytes, eventStart, eventEnd, topicStart);
        if (from == buffer && eventStart == end && targets == receivers) {
            end = eventEnd;
            count++;
        } else {
            endRun();
            buffer = from;
            start = eventStart;
            end = eventEnd;
            count = 1;
            receivers = targets;
        }
        return Published.ACCEPTED;
    }

    /** Subscriptions match the whole first frame, even if it is the only one and so contains the payload. */
    private Receivers targets(Route route, ByteBuffer bytes, int eventStart, int eventEnd, int topicStart) {
        if (!route.hasLongerSubscriptions() || (bytes.get(eventStart) & MORE) != 0) {
            return route.receivers();
        }
        byte[] frame = new byte[Math.min(eventEnd - topicStart, Topic.MAX_BYTES)];
        bytes.get(topicStart, frame);
        return router.receivers(new Topic(route.topic()), frame, receivers);
    }

    /** Has an event validated and kept, as its topic demands, before it is delivered. */
    private Published hold(
            Route route, ByteBuffer from, int start, int end, int topicStart, int topicEnd, Runnable completed) {
        if (pending != null) {
            throw new IllegalStateException("the event that was published before is still pending");
        }
        int size = end - start;
        if (!context.pendingLimit().reserve(size)) {
            refusal = Optional.of(new Refusal(
                    Reason.UNAVAILABLE,
                    "too many events are being validated or kept at once; try again",
                    List.of(),
                    RETRY_AFTER));
            Published outcome = route.validators().isEmpty() ? Published.NOT_KEPT : Published.NOT_VALIDATED;
            return refused(outcome, from, topicStart, topicEnd);
        }
        endRun();
        pendingDelivery.wake();
        ByteBuffer copy = ByteBuffer.allocate(size).put(0, from, start, size);
        EventRun run =
                new EventRun(new SharedBuffer(copy), 0, size, 1, session.user().name(), System.currentTimeMillis());
        pending = new PendingEvent(run, topicStart - start, route, session, pendingDelivery, completed);
        return pending.begin() ? completed() : Published.PENDING;
    }

    /** See {@link io.datahub.api.event.Session#completed}. */
    Published completed() {
        PendingEvent event = pending;
        if (event == null || !event.isOver()) {
            throw new IllegalStateException(
                    event == null ? "no event is pending" : "the pending event isn't completed yet");
        }
        pending = null;
        refusal = event.refusal();
        if (event.outcome() != Published.ACCEPTED) {
            int topicEnd = event.topicStart() + event.route().topic().length;
            return refused(event.outcome(), event.run().buffer().bytes(), event.topicStart(), topicEnd);
        }
        counters.in(1);
        bytesIn += event.run().length();
        return Published.ACCEPTED;
    }

    /** See {@link io.datahub.api.event.Session#refusal}. */
    Optional<Refusal> refusal(Published published) {
        return switch (published) {
            case INVALID, NOT_VALIDATED, NOT_KEPT -> refusal.or(published::refusal);
            default -> published.refusal();
        };
    }

    private Published refused(Published outcome, ByteBuffer bytes, int topicStart, int topicEnd) {
        counters.refuse();
        context.refusals().publish(session, outcome, bytes, topicStart, topicEnd);
        return outcome;
    }

    private Route lookUp(ByteBuffer bytes, int from, int to) {
        byte[] topic = new byte[to - from];
        bytes.get(from, topic);
        Route route = router.route(topic, session.user(), routes.lastReceivers());
        routes.put(route, bytes, from, to);
        return route;
    }

    private void endRun() {
        if (count == 0) {
            return;
        }
        if (batchMillis == 0) {
            batchMillis = System.currentTimeMillis();
        }
        counters.in(count);
        bytesIn += end - start;
        if (!receivers.isEmpty()) {
            EventRun run =
                    new EventRun(buffer, start, end, count, session.user().name(), batchMillis);
            fanOut.put(run, receivers.queues());
            receivers.showPublished(run, false);
        }
        buffer = null;
        count = 0;
    }

    /** See {@link io.datahub.api.event.Session#flush}. */
    boolean flush() {
        endRun();
        counters.bytesIn(bytesIn);
        bytesIn = 0;
        batchMillis = 0;
        boolean isIdle = pending == null;
        fanOut.wake();
        if (isIdle) {
            pendingDelivery.wake();
        }
        if (fanOut.hasFull() || (isIdle && pendingDelivery.hasFull())) {
            boolean wasActive = pause.hold();
            fanOut.awaitFull();
            if (isIdle) {
                pendingDelivery.awaitFull();
            }
            pause.letGo(wasActive);
        }
        return !pause.isActive();
    }
}
