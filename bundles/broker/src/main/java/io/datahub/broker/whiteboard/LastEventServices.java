package io.datahub.broker.whiteboard;

import io.datahub.api.event.LastEvents;
import io.datahub.broker.topic.TopicPrefixes;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.osgi.framework.ServiceReference;

/** The services that keep newest events, by topic. Of several for one prefix, the highest ranking is used. Thread-safe. */
public final class LastEventServices {

    /** Guarded by this. */
    private final Map<ServiceReference<LastEvents>, Registered> all = new HashMap<>();

    /** By descending ranking. */
    private volatile List<Registered> active = List.of();

    private record Registered(LastEvents service, TopicPrefixes topics) {}

    /** Adds a service, or applies its changed topics to later subscriptions. */
    public synchronized void put(ServiceReference<LastEvents> reference, Supplier<LastEvents> last) {
        Registered before = all.get(reference);
        LastEvents service = before == null ? last.get() : before.service();
        if (service != null) {
            all.put(reference, new Registered(service, TopicPrefixes.parse(reference.getProperty(LastEvents.TOPICS))));
            activate();
        }
    }

    public synchronized void remove(ServiceReference<LastEvents> reference) {
        all.remove(reference);
        activate();
    }

    private void activate() {
        active = all.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(Comparator.reverseOrder()))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** The service for a subscription; empty for most. */
    public Optional<LastEvents> forSubscription(byte[] prefix) {
        for (Registered one : active) {
            if (one.topics().overlaps(prefix)) {
                return Optional.of(one.service());
            }
        }
        return Optional.empty();
    }
}
