package io.datahub.broker;

import io.datahub.api.event.Published;
import io.datahub.api.user.User;
import io.datahub.broker.queue.EventQueue;
import io.datahub.broker.topic.PrefixIndex;
import io.datahub.broker.topic.Topic;
import io.datahub.broker.validation.EventValidators;
import io.datahub.broker.validation.RegisteredEventValidator;
import io.datahub.broker.whiteboard.EventLogs;
import io.datahub.broker.whiteboard.LastEventServices;
import io.datahub.broker.whiteboard.PublishedEventListeners;
import io.datahub.broker.whiteboard.RegisteredEventLog;
import io.datahub.broker.whiteboard.SubscriptionListeners;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Finds the receivers of a topic: the sessions that subscribed to one of its prefixes and are allowed to receive it. A
 * result is valid until the epoch changes, which happens on every change of subscriptions, users or what topics demand;
 * not when a session that only publishes is opened or closed, as each request does that publishes one event.
 * Thread-safe.
 */
final class Router {

    /**
     * Overhead of a subscription in addition to its prefix, which is stored twice; measured with a million of them.
     */
    private static final int SUBSCRIPTION_BYTES = 160;

    private final PrefixIndex<SessionState> index = new PrefixIndex<>();
    private final AtomicLong epoch = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final EventValidators validators = new EventValidators(this::changed);
    private final EventLogs logs = new EventLogs(this::changed);
    private final LastEventServices lastEvents = new LastEventServices();
    private final PublishedEventListeners listeners = new PublishedEventListeners(this::changed);
    private final SubscriptionListeners subscriptionListeners = new SubscriptionListeners();
    private volatile long maxBytes;

    Router(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Limits the memory of all subscriptions together; existing ones are kept. */
    void setMaxBytes(long max) {
        maxBytes = max;
    }

    EventValidators validators() {
        return validators;
    }

    EventLogs logs() {
        return logs;
    }

    LastEventServices lastEvents() {
        return lastEvents;
    }

    PublishedEventListeners listeners() {
        return listeners;
    }

    SubscriptionListeners subscriptionListeners() {
        return subscriptionListeners;
    }

    long epoch() {
        return epoch.get();
    }

    /** Invalidates all routes. Must be called after the change, so that no outdated route remains cached. */
    void changed() {
        epoch.incrementAndGet();
    }

    /** Adds a subscription; false if all together would exceed the memory limit. */
    boolean add(byte[] prefix, SessionState session) {
        long cost = cost(prefix);
        if (bytes.addAndGet(cost) > maxBytes) {
            bytes.addAndGet(-cost);
            return false;
        }
        index.add(prefix, session);
        changed();
        subscriptionListeners.changed();
        return true;
    }

    void remove(byte[] prefix, SessionState session) {
        if (index.remove(prefix, session)) {
            bytes.addAndGet(-cost(prefix));
        }
        changed();
        subscriptionListeners.changed();
    }

    private static long cost(byte[] prefix) {
        return SUBSCRIPTION_BYTES + 2L * prefix.length;
    }

    /** The approximate memory of all subscriptions together. */
    long subscriptionBytes() {
        return bytes.get();
    }

    /** At most so many prefixes that cover all subscriptions; see {@link PrefixIndex#cover}. */
    List<byte[]> subscribedPrefixes(int max) {
        subscriptionListeners.read();
        return index.cover(max);
    }

    int subscriptions() {
        return index.size();
    }

    /**
     * Looks up a topic.
     *
     * @param publisher the user that publishes it
     * @param like reused as receivers if they are the same, so that runs can span topics
     */
    Route route(byte[] topic, User publisher, Receivers like) {
        long now = epoch();
        Published outcome = outcome(topic, publisher);
        if (outcome != Published.ACCEPTED) {
            return Route.refused(topic, now, outcome);
        }
        List<RegisteredEventValidator> active = validators.forTopic(topic);
        if (active.isEmpty() && validators.isRequired(topic)) {
            return Route.refused(topic, now, Published.NOT_VALIDATED);
        }
        Optional<RegisteredEventLog> log = logs.forTopic(topic);
        if (log.isEmpty() && logs.isRequired(topic)) {
            return Route.refused(topic, now, Published.NOT_KEPT);
        }
        Receivers receivers = receivers(new Topic(topic), topic, like);
        return withLongerSubscriptions(Route.to(receivers, topic, now, active, log));
    }

    /**
     * Looks up a topic for events that were accepted elsewhere.
     *
     * @param like reused as receivers if they are the same, so that runs can span topics
     */
    Route injectedRoute(byte[] topic, Receivers like) {
        long now = epoch();
        Receivers receivers = Receivers.of(queues(new Topic(topic), topic), List.of(), like);
        return withLongerSubscriptions(Route.to(receivers, topic, now, List.of(), Optional.empty()));
    }

    private Route withLongerSubscriptions(Route route) {
        byte[] topic = route.topic();
        return index.hasLongerPrefix(topic, (byte) ' ') || index.hasLongerPrefix(topic, (byte) 0)
                ? route.withLongerSubscriptions()
                : route;
    }

    /** Whether a user may publish a topic, apart from what validators and logs say about each event. */
    Published outcome(byte[] topic, User publisher) {
        if (!Topic.isValid(topic)) {
            return Published.BAD_TOPIC;
        }
        if (User.isReserved(topic)) {
            return Published.RESERVED;
        }
        return publisher.mayPublish(topic) ? Published.ACCEPTED : Published.NOT_GRANTED;
    }

    /** The current receivers of what is published here. */
    Receivers receivers(Topic topic) {
        return receivers(topic, topic.bytes(), Receivers.NONE);
    }

    /**
     * The current receivers of what is published here.
     *
     * @param frame the beginning of the first frame: the topic and, if it is the only frame, what follows it
     * @param like returned if they are the same
     */
    Receivers receivers(Topic topic, byte[] frame, Receivers like) {
        return Receivers.of(queues(topic, frame), listeners.forTopic(topic.bytes()), like);
    }

    /**
     * The current subscribers of an event, each once.
     *
     * @param frame the beginning of the first frame: the topic and, if it is the only frame, what follows it
     */
    EventQueue[] queues(Topic topic, byte[] frame) {
        List<SessionState> found = new ArrayList<>();
        index.match(frame, topic.minPrefixLength(), found::add);
        return distinct(found).stream()
                .filter(session -> topic.isVisibleTo(session.user()))
                .map(SessionState::queue)
                .toArray(EventQueue[]::new);
    }

    private static Collection<SessionState> distinct(List<SessionState> found) {
        return found.size() <= 1 ? found : new LinkedHashSet<>(found);
    }
}
