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

    private final PrefixIndex<BrokerSession> index = new PrefixIndex<>();
    private final AtomicLong epoch = new AtomicLong();

    long epoch() {
        return epoch.get();
    }

    /** Makes every route be looked up again. To be called behind the change, so that nobody keeps what was before it. */
    void changed() {
        epoch.incrementAndGet();
    }

    void add(byte[] prefix, BrokerSession session) {
        index.add(prefix, session);
        changed();
    }

    void remove(byte[] prefix, BrokerSession session) {
        index.remove(prefix, session);
        changed();
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
        EventQueue[] receivers = receivers(new Topic(topic));
        return new Route(topic, now, verdict, Arrays.equals(receivers, like) ? like : receivers);
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
        List<BrokerSession> found = new ArrayList<>();
        index.match(topic.bytes(), topic.shortestPrefix(), found::add);
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
