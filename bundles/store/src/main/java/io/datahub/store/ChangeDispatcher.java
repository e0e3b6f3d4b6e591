package io.datahub.store;

import io.datahub.api.event.EventBroker;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeListener;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dispatches changes: first to the listeners inside the hub, so that changed users take effect before clients are
 * notified, then to the broker.
 */
final class ChangeDispatcher implements Consumer<Change> {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeDispatcher.class);

    private final EventBroker broker;
    private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

    /** The latest change of the users file; null if there was none. Guarded by this. */
    private Change latestUsersChange;

    ChangeDispatcher(EventBroker broker) {
        this.broker = broker;
    }

    /** Adds a listener. It is notified of the latest change of the users file, which it may have missed. */
    synchronized void add(ChangeListener listener) {
        listeners.add(listener);
        if (latestUsersChange != null) {
            notifyListener(listener, latestUsersChange);
        }
    }

    void remove(ChangeListener listener) {
        listeners.remove(listener);
    }

    @Override
    public synchronized void accept(Change change) {
        if (change.path().equals(RecordPath.USERS)) {
            latestUsersChange = change;
        }
        listeners.forEach(listener -> notifyListener(listener, change));
        broker.announce(change.cursor(), change.topic(), change.json().getBytes(StandardCharsets.UTF_8));
    }

    private static void notifyListener(ChangeListener listener, Change change) {
        try {
            listener.changed(change);
        } catch (RuntimeException | LinkageError e) {
            LOG.error(
                    "event=store.listener.failed listener={} sequence={}",
                    listener.getClass().getName(),
                    change.cursor().sequence(),
                    e);
        }
    }
}
