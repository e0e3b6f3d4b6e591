package io.datahub.broker;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.Published;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.user.User;
import io.datahub.broker.queue.EventCounters;
import io.datahub.broker.queue.EventQueue;
import io.datahub.broker.queue.FanOut;
import io.datahub.broker.topic.Topic;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * The publishing side of a session: combines consecutive events with the same receivers into one run, so that the work
 * for each receiver is done once per run instead of once per event. Not thread-safe.
 */
final class Publisher {

    private static final int FRAME_HEADER = 9;
    private static final int MORE = 1;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final SessionState session;
    private final RefusalPublisher refusals;
    private final Router router;
    private final FanOut fanOut;
    private final EventCounters counters;
    private final int maxMessageBytes;
    private final Routes routes = new Routes();

    private SharedBuffer buffer;
    private int start;
    private int end;
    private int count;
    private long bytesIn;
    private EventQueue[] receivers = Router.NO_RECEIVERS;
    private long batchMillis;

    /** The event in validation, or null. */
    private PendingEvent pending;

    /** Why validation refused the last validated event. */
    private Optional<Refusal> refusal = Optional.empty();

    Publisher(
            SessionState session,
            Router router,
            FanOut fanOut,
            EventCounters counters,
            RefusalPublisher refusals,
            int maxMessageBytes) {
        this.session = session;
        this.refusals = refusals;
        this.router = router;
        this.fanOut = fanOut;
        this.counters = counters;
        this.maxMessageBytes = maxMessageBytes;
    }

    /** See {@link io.datahub.api.event.Session#publish(SharedBuffer, int, int, int, int)}. */
    Published publishAndWait(SharedBuffer from, int eventStart, int eventEnd, int topicStart, int topicEnd) {
        CountDownLatch decided = new CountDownLatch(1);
        Published published = publish(from, eventStart, eventEnd, topicStart, topicEnd, decided::countDown);
        if (published != Published.PENDING) {
            return published;
        }
        try {
            decided.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            PendingEvent interrupted = pending;
            pending = null;
            refusal = Optional.of(
                    new Refusal(Reason.UNAVAILABLE, "the publisher was interrupted while its event was validated"));
            return refused(Published.NOT_VALIDATED, interrupted.bytes, interrupted.topicStart, interrupted.topicEnd);
        }
        return validated();
    }

    /** See {@link io.datahub.api.event.Session#publish(SharedBuffer, int, int, int, int, Runnable)}. */
    Published publish(
            SharedBuffer from, int eventStart, int eventEnd, int topicStart, int topicEnd, Runnable validated) {
        ByteBuffer bytes = from.bytes();
        Route route = routes.find(bytes, topicStart, topicEnd, router.epoch());
        if (route == null) {
            if (session.isClosed()) {
                return refused(Published.CLOSED, bytes, topicStart, topicEnd);
            }
            if (Topic.isTooLong(topicEnd - topicStart)) {
                return refused(Published.TOPIC_TOO_LONG, bytes, topicStart, topicEnd);
            }
            route = lookUp(bytes, topicStart, topicEnd);
        }
        if (eventEnd - topicEnd > maxMessageBytes + FRAME_HEADER && !isRefused(route)) {
            return refused(Published.TOO_LARGE, bytes, topicStart, topicEnd);
        }
        if (route.verdict() != Published.ACCEPTED) {
            return route.validators().isEmpty()
                    ? refused(route.verdict(), bytes, topicStart, topicEnd)
                    : validate(route, bytes, eventStart, eventEnd, topicStart, topicEnd, validated);
        }
        EventQueue[] targets = targets(route, bytes, eventStart, eventEnd, topicStart);
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
    private EventQueue[] targets(Route route, ByteBuffer bytes, int eventStart, int eventEnd, int topicStart) {
        if (!route.hasLongerSubscriptions() || (bytes.get(eventStart) & MORE) != 0) {
            return route.receivers();
        }
        byte[] frame = new byte[Math.min(eventEnd - topicStart, Topic.MAX_BYTES)];
        bytes.get(topicStart, frame);
        EventQueue[] found = router.receivers(new Topic(route.topic()), frame);
        return Arrays.equals(found, receivers) ? receivers : found;
    }

    private static boolean isRefused(Route route) {
        return route.verdict() != Published.ACCEPTED && route.validators().isEmpty();
    }

    /** An event in validation, copied to its own buffer. */
    private static final class PendingEvent {
        final ByteBuffer bytes;
        final int topicStart;
        final int topicEnd;
        final Route route;
        volatile Optional<Refusal> refusal = Optional.empty();

        PendingEvent(ByteBuffer bytes, int topicStart, int topicEnd, Route route) {
            this.bytes = bytes;
            this.topicStart = topicStart;
            this.topicEnd = topicEnd;
            this.route = route;
        }
    }

    private Published validate(
            Route route, ByteBuffer from, int start, int end, int topicStart, int topicEnd, Runnable validated) {
        if (pending != null) {
            throw new IllegalStateException("the event that was published before is still being validated");
        }
        int size = end - start;
        if (!router.validators().reserve(size)) {
            refusal = Optional.of(new Refusal(
                    Reason.UNAVAILABLE,
                    "too many events are being validated at once; try again",
                    List.of(),
                    RETRY_AFTER));
            return refused(Published.NOT_VALIDATED, from, topicStart, topicEnd);
        }
        ByteBuffer copy = ByteBuffer.allocate(size).put(0, from, start, size);
        PendingEvent event = new PendingEvent(copy, topicStart - start, topicEnd - start, route);
        pending = event;
        String user = session.user().name();
        EventReader reader = new EventReader(new EventRun(new SharedBuffer(copy), 0, size, 1, user, 0));
        reader.next();
        router.validators().validate(route.validators(), reader.topic(), user, reader.payload(), size, found -> {
            event.refusal = found;
            validated.run();
        });
        return Published.PENDING;
    }

    /** See {@link io.datahub.api.event.Session#validated}. */
    Published validated() {
        PendingEvent event = pending;
        if (event == null) {
            throw new IllegalStateException("no event is being validated");
        }
        pending = null;
        refusal = event.refusal;
        Published verdict = event.refusal
                .map(why -> why.reason() == Reason.INVALID ? Published.INVALID : Published.NOT_VALIDATED)
                .orElse(Published.ACCEPTED);
        if (verdict == Published.ACCEPTED && session.isClosed()) {
            verdict = Published.CLOSED;
        }
        Route routed = event.route;
        if (verdict == Published.ACCEPTED) {
            Route now = routes.find(event.bytes, event.topicStart, event.topicEnd, router.epoch());
            now = now == null ? lookUp(event.bytes, event.topicStart, event.topicEnd) : now;
            if (!isRefused(now)) {
                routed = now;
            } else if (now.verdict() != Published.NOT_VALIDATED) {
                verdict = now.verdict();
            }
        }
        if (verdict != Published.ACCEPTED) {
            return refused(verdict, event.bytes, event.topicStart, event.topicEnd);
        }
        endRun();
        buffer = new SharedBuffer(event.bytes);
        start = 0;
        end = event.bytes.capacity();
        count = 1;
        receivers = targets(routed, event.bytes, 0, end, event.topicStart);
        return Published.ACCEPTED;
    }

    /** See {@link io.datahub.api.event.Session#refusal}. */
    Optional<Refusal> refusal(Published published) {
        return published == Published.INVALID || published == Published.NOT_VALIDATED
                ? refusal.or(published::refusal)
                : published.refusal();
    }

    private Published refused(Published verdict, ByteBuffer bytes, int topicStart, int topicEnd) {
        counters.refuse();
        refusals.publish(session, verdict, bytes, topicStart, topicEnd);
        return verdict;
    }

    private Route lookUp(ByteBuffer bytes, int from, int to) {
        byte[] topic = new byte[to - from];
        bytes.get(from, topic);
        User user = session.user();
        Route route = router.route(topic, user, routes.lastReceivers());
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
        if (receivers.length > 0) {
            String name = session.user().name();
            fanOut.put(new EventRun(buffer, start, end, count, name, batchMillis), receivers);
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
        return fanOut.flush();
    }
}
