package io.datahub.broker.whiteboard;

import io.datahub.api.event.EventLog;
import io.datahub.api.record.Cursor;
import io.datahub.broker.topic.TopicPrefixes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

/**
 * The registered logs, by topic. Of several for one topic the one with the highest ranking is used. The topics of a log
 * that is gone while its bundle is installed, because it is being updated or has failed, stay required: their events are
 * refused, not delivered without being kept. Thread-safe.
 */
public final class EventLogs {

    private final Runnable changed;

    /** Guarded by this. */
    private final Map<ServiceReference<EventLog>, RegisteredEventLog> all = new HashMap<>();

    /** The topics of logs that were removed, by the bundle that had registered them. Replaced under this lock. */
    private volatile Map<Bundle, List<TopicPrefixes>> missing = Map.of();

    /** By descending ranking. */
    private volatile List<RegisteredEventLog> active = List.of();

    private volatile TopicPrefixes required = TopicPrefixes.NONE;

    /** @param changed called after each change */
    public EventLogs(Runnable changed) {
        this.changed = changed;
    }

    /** Adds a log, or applies its changed topics; events that it has begun to append are not affected. */
    public synchronized void put(ServiceReference<EventLog> reference, Supplier<EventLog> log) {
        RegisteredEventLog before = all.get(reference);
        TopicPrefixes topics = TopicPrefixes.parse(reference.getProperty(EventLog.TOPICS));
        if (before != null) {
            before.setTopics(topics);
        } else {
            EventLog service = log.get();
            if (service != null) {
                all.put(reference, new RegisteredEventLog(service, topics));
                forget(reference.getBundle());
            }
        }
        activate();
    }

    /** Removes a log, and refuses the events that it hasn't appended yet. */
    public void remove(ServiceReference<EventLog> reference) {
        RegisteredEventLog removed;
        synchronized (this) {
            removed = all.remove(reference);
            Bundle bundle = reference.getBundle();
            if (removed != null && bundle != null) {
                Map<Bundle, List<TopicPrefixes>> more = new HashMap<>(missing);
                List<TopicPrefixes> topics = new ArrayList<>(more.getOrDefault(bundle, List.of()));
                topics.add(removed.topics());
                more.put(bundle, topics);
                missing = Map.copyOf(more);
            }
            activate();
        }
        if (removed != null) {
            removed.close();
        }
    }

    /** No longer requires the topics of logs that a bundle has registered before: it was uninstalled. */
    public synchronized void uninstalled(Bundle bundle) {
        forget(bundle);
        changed.run();
    }

    private void forget(Bundle bundle) {
        if (missing.containsKey(bundle)) {
            Map<Bundle, List<TopicPrefixes>> fewer = new HashMap<>(missing);
            fewer.remove(bundle);
            missing = Map.copyOf(fewer);
        }
    }

    private void activate() {
        active = all.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(Comparator.reverseOrder()))
                .map(Map.Entry::getValue)
                .toList();
        changed.run();
    }

    /** The log that keeps a topic; empty for most. */
    public Optional<RegisteredEventLog> forTopic(byte[] topic) {
        for (RegisteredEventLog log : active) {
            if (log.keeps(topic)) {
                return Optional.of(log);
            }
        }
        return Optional.empty();
    }

    /** Delivers a file event where the logs place it among their events; see {@link EventLog#announce}. */
    public void announce(Cursor cursor, Runnable delivery) {
        Runnable next = delivery;
        for (RegisteredEventLog log : active) {
            Runnable placed = next;
            next = () -> log.announce(cursor, placed);
        }
        next.run();
    }

    /** Sets the topics whose events are refused unless a log keeps them. */
    public void require(String... topics) {
        required = TopicPrefixes.parse(topics);
        changed.run();
    }

    /** Whether events of a topic that no log keeps are refused. */
    public boolean isRequired(byte[] topic) {
        return required.match(topic)
                || missing.values().stream().flatMap(List::stream).anyMatch(topics -> topics.matchPublished(topic));
    }
}
