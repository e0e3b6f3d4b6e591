package io.datahub.records.change;

import io.datahub.api.event.EventBroker;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeListener;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dispatches changes: first to the listeners inside the hub, then to the broker. The author of a change gets the
 * response when the listeners have finished, so that changed users are in effect then.
 */
public final class ChangeDispatcher implements ChangeListener {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeDispatcher.class);

    private static final long MAX_SECONDS = 10;

    private final EventBroker broker;
    private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

    /** The latest change of the users file; null if there was none. Guarded by this. */
    private Change latestUsersChange;

    public ChangeDispatcher(EventBroker broker) {
        this.broker = broker;
    }

    /** Adds a listener. It is notified of the latest change of the users file, which it may have missed. */
    public synchronized void add(ChangeListener listener) {
        listeners.add(listener);
        if (latestUsersChange != null) {
            notifyListener(listener, latestUsersChange);
        }
    }

    public void remove(ChangeListener listener) {
        listeners.remove(listener);
    }

    @Override
    public synchronized CompletionStage<Void> changed(Change change) {
        if (change.path().equals(RecordPath.USERS)) {
            latestUsersChange = change;
        }
        CompletionStage<Void> all = DONE;
        for (ChangeListener listener : listeners) {
            CompletionStage<Void> one = notifyListener(listener, change);
            all = one == DONE ? all : all.thenCombine(one, (done, alsoDone) -> null);
        }
        broker.announce(change.cursor(), change.topic(), change.json().getBytes(StandardCharsets.UTF_8));
        return all;
    }

    /** Never completed exceptionally. */
    private static CompletionStage<Void> notifyListener(ChangeListener listener, Change change) {
        try {
            CompletionStage<Void> finished = listener.changed(change);
            return finished == DONE
                    ? DONE
                    : finished.toCompletableFuture()
                            .copy()
                            .orTimeout(MAX_SECONDS, TimeUnit.SECONDS)
                            .exceptionally(failure -> failed(listener, change, failure));
        } catch (RuntimeException | LinkageError e) {
            failed(listener, change, e);
            return DONE;
        }
    }

    private static Void failed(ChangeListener listener, Change change, Throwable failure) {
        LOG.error(
                "event=store.listener.failed listener={} sequence={}",
                listener.getClass().getName(),
                change.cursor().sequence(),
                failure);
        return null;
    }
}
