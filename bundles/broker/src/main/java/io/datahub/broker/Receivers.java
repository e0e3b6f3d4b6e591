package io.datahub.broker;

import io.datahub.api.event.EventRun;
import io.datahub.broker.queue.EventQueue;
import io.datahub.broker.whiteboard.GuardedListener;
import java.util.Arrays;
import java.util.List;

/**
 * Where events go: the queues of their subscribers, and the listeners that see what is published. Consecutive events
 * with the same instance are combined into one run. Immutable.
 */
final class Receivers {

    static final Receivers NONE = new Receivers(new EventQueue[0], List.of());

    private final EventQueue[] queues;
    private final List<GuardedListener> listeners;

    private Receivers(EventQueue[] queues, List<GuardedListener> listeners) {
        this.queues = queues;
        this.listeners = listeners;
    }

    /**
     * The receivers of events.
     *
     * @param queues each once; not copied
     * @param like returned if it is equal, so that runs can span topics
     */
    static Receivers of(EventQueue[] queues, List<GuardedListener> listeners, Receivers like) {
        if (queues.length == 0 && listeners.isEmpty()) {
            return NONE;
        }
        return Arrays.equals(queues, like.queues) && listeners.equals(like.listeners)
                ? like
                : new Receivers(queues, listeners);
    }

    boolean isEmpty() {
        return this == NONE;
    }

    boolean hasQueues() {
        return queues.length > 0;
    }

    /** Shared; must not be modified. */
    EventQueue[] queues() {
        return queues;
    }

    /**
     * Shows a run to the listeners; the caller holds its buffer.
     *
     * @param isEverywhere whether all hubs of the cluster deliver it
     */
    void showPublished(EventRun run, boolean isEverywhere) {
        if (!listeners.isEmpty()) {
            listeners.forEach(listener -> listener.published(run, isEverywhere));
        }
    }
}
