package io.datahub.broker;

import io.datahub.api.event.Published;
import io.datahub.api.user.User;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Finds who receives a topic: who has a subscription that it begins with and may see it. What it finds holds until its
 * epoch ends, which every change of subscriptions, users or sessions brings about. For any thread.
 */
final class Router {

    static final EventQueue[] NOBODY = {};

    /** What a subscription takes beside its bytes, which are kept twice; measured with a million of them. */
    private static final int SUBSCRIPTION_BYTES = 160;

    private final PrefixIndex<BrokerSession> index = new PrefixIndex<>();
    private final AtomicLong epoch = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final EventValidators judges = new EventValidators(this::changed);
    private volatile long maxBytes;

    Router(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Bounds the memory of all subscriptions together, of those to come. */
    void bound(long most) {
        maxBytes = most;
    }

    EventValidators judges() {
        return judges;
    }

    long epoch() {
        return epoch.get();
    }

    /** Makes every route be looked up again. To be called behind the change, so that nobody keeps what was before it. */
    void changed() {
        epoch.incrementAndGet();
    }

    /** Adds a subscription; false if all together would take too much memory. */
    boolean add(byte[] prefix, BrokerSession session) {
        long cost = cost(prefix);
        if (bytes.addAndGet(cost) > maxBytes) {
            bytes.addAndGet(-cost);
            return false;
        }
        index.add(prefix, session);
        changed();
        return true;
    }

    void remove(byte[] prefix, BrokerSession session) {
        if (index.remove(prefix, session)) {
            bytes.addAndGet(-cost(prefix));
        }
        changed();
    }

    private static long cost(byte[] prefix) {
        return SUBSCRIPTION_BYTES + 2L * prefix.length;
    }

    /** What all subscriptions take together, about. */
    long subscriptionBytes() {
        return bytes.get();
    }

    int subscriptions() {
        return index.size();
    }

    /**
     * Looks a topic up.
     *
     * @param publisher who wants to publish it
     * @param like is used for the receivers if they are the same, so that runs go on from one topic to the next
     */
    Route route(byte[] topic, User publisher, EventQueue[] like) {
        long now = epoch();
        Published verdict = verdict(topic, publisher);
        if (verdict != Published.ACCEPTED) {
            return new Route(topic, now, verdict, NOBODY);
        }
        List<RegisteredEventValidator> judging = judges.of(topic);
        if (judging.isEmpty() && judges.mustJudge(topic)) {
            return new Route(topic, now, Published.UNJUDGED, NOBODY);
        }
        EventQueue[] found = receivers(new Topic(topic));
        EventQueue[] receivers = Arrays.equals(found, like) ? like : found;
        Route route = judging.isEmpty()
                ? new Route(topic, now, verdict, receivers)
                : Route.judged(topic, now, judging, receivers);
        return index.goesOn(topic, (byte) ' ') || index.goesOn(topic, (byte) 0) ? route.goingOn() : route;
    }

    private static Published verdict(byte[] topic, User publisher) {
        if (!Topic.isValid(topic)) {
            return Published.BAD_TOPIC;
        }
        if (User.isReserved(topic)) {
            return Published.RESERVED;
        }
        return publisher.mayPublish(topic) ? Published.ACCEPTED : Published.NOT_GRANTED;
    }

    /** Who receives it now, each once. */
    EventQueue[] receivers(Topic topic) {
        return receivers(topic, topic.bytes());
    }

    /**
     * Who receives an event of one frame now, each once.
     *
     * @param frame what the frame begins with: the topic, and what stands behind it
     */
    EventQueue[] receivers(Topic topic, byte[] frame) {
        List<BrokerSession> found = new ArrayList<>();
        index.match(frame, topic.shortestPrefix(), found::add);
        if (found.isEmpty()) {
            return NOBODY;
        }
        return distinct(found).stream()
                .filter(session -> topic.mayReach(session.login().user()))
                .map(BrokerSession::queue)
                .toArray(EventQueue[]::new);
    }

    private static Collection<BrokerSession> distinct(List<BrokerSession> found) {
        return found.size() == 1 ? found : new LinkedHashSet<>(found);
    }
}
