package io.datahub.broker.whiteboard;

import io.datahub.api.event.SubscriptionListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/** The registered listeners to changes of subscriptions. Thread-safe. */
public final class SubscriptionListeners {

    private final List<SubscriptionListener> all = new CopyOnWriteArrayList<>();
    private final ListenerFailures failures = new ListenerFailures();

    /** Whether they were notified since the subscriptions were read last. */
    private final AtomicBoolean notified = new AtomicBoolean();

    /** Adds a listener, and has it read the current subscriptions. */
    public void add(SubscriptionListener listener) {
        all.add(listener);
        notify(listener);
    }

    public void remove(SubscriptionListener listener) {
        all.remove(listener);
    }

    /** Notifies them of a change; called after it. */
    public void changed() {
        if (!all.isEmpty() && !notified.getAndSet(true)) {
            all.forEach(this::notify);
        }
    }

    private void notify(SubscriptionListener listener) {
        try {
            listener.subscriptionsChanged();
        } catch (RuntimeException | LinkageError e) {
            failures.report(listener, e);
        }
    }

    /** Calls back when all listeners have confirmed the subscriptions made so far. */
    public void confirm(Runnable confirmed) {
        Runnable next = confirmed;
        for (SubscriptionListener listener : all) {
            Runnable after = next;
            next = () -> confirm(listener, after);
        }
        next.run();
    }

    private void confirm(SubscriptionListener listener, Runnable confirmed) {
        try {
            listener.confirm(confirmed);
        } catch (RuntimeException | LinkageError e) {
            failures.report(listener, e);
            confirmed.run();
        }
    }

    /** The subscriptions are about to be read, so that later changes must be reported. */
    public void read() {
        notified.set(false);
    }
}
