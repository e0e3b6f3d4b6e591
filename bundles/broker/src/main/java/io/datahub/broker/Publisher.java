package io.datahub.broker;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.Published;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.user.User;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What one session publishes: joins events that stand one behind the other and go to the same receivers into one run, so
 * that the work for each receiver is done once a run and not once an event. For one thread at a time.
 */
final class Publisher {

    private static final int FRAME_HEADER = 9;

    private final BrokerSession session;
    private final Router router;
    private final Outbox outbox;
    private final Tally tally;
    private final int maxMessageBytes;
    private final Routes routes = new Routes();

    private SharedBuffer buffer;
    private int start;
    private int end;
    private int count;
    private long bytesIn;
    private EventQueue[] receivers = Router.NOBODY;
    private long batchMillis;

    /** What validators had against the event that they judged last. */
    private Optional<Refusal> refusal = Optional.empty();

    Publisher(BrokerSession session, Router router, Outbox outbox, Tally tally, int maxMessageBytes) {
        this.session = session;
        this.router = router;
        this.outbox = outbox;
        this.tally = tally;
        this.maxMessageBytes = maxMessageBytes;
    }

    /** See {@link io.datahub.api.event.Session#publish(SharedBuffer, int, int, int, int)}. */
    Published publish(SharedBuffer from, int eventStart, int eventEnd, int topicStart, int topicEnd) {
        ByteBuffer bytes = from.bytes();
        Route route = routes.find(bytes, topicStart, topicEnd, router.epoch());
        if (route == null) {
            if (session.isClosed()) {
                return refused(Published.CLOSED, bytes, topicStart, topicEnd);
            }
            if (Topic.isTooLong(topicEnd - topicStart)) {
                return refused(Published.BAD_TOPIC, bytes, topicStart, topicEnd);
            }
            route = lookUp(bytes, topicStart, topicEnd);
        }
        if (eventEnd - topicEnd > maxMessageBytes + FRAME_HEADER && !isRefused(route)) {
            return refused(Published.TOO_LARGE, bytes, topicStart, topicEnd);
        }
        if (route.verdict() != Published.ACCEPTED) {
            Published judged = judge(route, from, eventStart, eventEnd);
            if (judged != Published.ACCEPTED) {
                return refused(judged, bytes, topicStart, topicEnd);
            }
        }
        if (from == buffer && eventStart == end && route.receivers() == receivers) {
            end = eventEnd;
            count++;
        } else {
            handOver();
            buffer = from;
            start = eventStart;
            end = eventEnd;
            count = 1;
            receivers = route.receivers();
        }
        return Published.ACCEPTED;
    }

    private static boolean isRefused(Route route) {
        return route.verdict() != Published.ACCEPTED && route.judges().isEmpty();
    }

    /** What becomes of an event that isn't accepted for its topic alone. */
    private Published judge(Route route, SharedBuffer from, int eventStart, int eventEnd) {
        if (route.judges().isEmpty()) {
            return route.verdict();
        }
        String user = session.login().user().name();
        EventReader event = new EventReader(new EventRun(from, eventStart, eventEnd, 1, user, 0));
        event.next();
        Optional<Refusal> found = EventJudge.ask(route.judges(), event.topic(), user, event.payload());
        refusal = found;
        return found.map(why -> why.reason() == Reason.INVALID ? Published.INVALID : Published.UNJUDGED)
                .orElse(Published.ACCEPTED);
    }

    /** See {@link io.datahub.api.event.Session#refusal}. */
    Optional<Refusal> refusal(Published published) {
        return published == Published.INVALID || published == Published.UNJUDGED
                ? refusal.or(published::refusal)
                : published.refusal();
    }

    private Published refused(Published verdict, ByteBuffer bytes, int topicStart, int topicEnd) {
        tally.refuse();
        session.tellRefusal(verdict, bytes, topicStart, topicEnd);
        return verdict;
    }

    private Route lookUp(ByteBuffer bytes, int from, int to) {
        byte[] topic = new byte[to - from];
        bytes.get(from, topic);
        User user = session.login().user();
        Route route = router.route(topic, user, routes.lastReceivers());
        routes.keep(route, bytes, from, to);
        return route;
    }

    private void handOver() {
        if (count == 0) {
            return;
        }
        if (batchMillis == 0) {
            batchMillis = System.currentTimeMillis();
        }
        tally.in(count);
        bytesIn += end - start;
        if (receivers.length > 0) {
            String name = session.login().user().name();
            outbox.put(new EventRun(buffer, start, end, count, name, batchMillis), receivers);
        }
        buffer = null;
        count = 0;
    }

    /** See {@link io.datahub.api.event.Session#flush}. */
    boolean flush() {
        handOver();
        tally.bytesIn(bytesIn);
        bytesIn = 0;
        batchMillis = 0;
        return outbox.flush();
    }
}
