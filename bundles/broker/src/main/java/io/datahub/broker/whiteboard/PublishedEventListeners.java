package io.datahub.broker.whiteboard;

import io.datahub.api.event.PublishedEventListener;
import io.datahub.broker.topic.TopicPrefixes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.osgi.framework.ServiceReference;

/** The registered listeners to what is published, by topic. Thread-safe. */
public final class PublishedEventListeners {

    private static final TopicPrefixes ALL = TopicPrefixes.parse("*");

    private final Runnable changed;

    /** Guarded by this. */
    private final Map<ServiceReference<PublishedEventListener>, GuardedListener> all = new LinkedHashMap<>();

    private volatile List<GuardedListener> active = List.of();

    /** @param changed called after each change */
    public PublishedEventListeners(Runnable changed) {
        this.changed = changed;
    }

    public synchronized void put(
            ServiceReference<PublishedEventListener> reference, Supplier<PublishedEventListener> listener) {
        Object topics = reference.getProperty(PublishedEventListener.TOPICS);
        GuardedListener before = all.get(reference);
        PublishedEventListener service = before == null ? listener.get() : before.listener();
        if (service != null) {
            all.put(reference, new GuardedListener(service, topics == null ? ALL : TopicPrefixes.parse(topics)));
            activate();
        }
    }

    public synchronized void remove(ServiceReference<PublishedEventListener> reference) {
        all.remove(reference);
        activate();
    }

    private void activate() {
        active = List.copyOf(all.values());
        changed.run();
    }

    /** Those that see a topic; empty if there are none. */
    public List<GuardedListener> forTopic(byte[] topic) {
        List<GuardedListener> current = active;
        return current.isEmpty()
                ? Collections.emptyList()
                : current.stream().filter(listener -> listener.sees(topic)).toList();
    }
}
