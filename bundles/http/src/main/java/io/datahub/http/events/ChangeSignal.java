package io.datahub.http.events;

import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeListener;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;

/** Notifies waiting requests of the next change, so that none of them blocks a thread. Thread-safe. */
@Component(service = {ChangeSignal.class, ChangeListener.class})
public final class ChangeSignal implements ChangeListener {

    private final Set<Runnable> tasks = ConcurrentHashMap.newKeySet();

    /** Registers a task that is run after each change until it is cancelled. The task must return quickly. */
    void onChange(Runnable task) {
        tasks.add(task);
    }

    void cancel(Runnable task) {
        tasks.remove(task);
    }

    @Override
    public CompletionStage<Void> changed(Change change) {
        tasks.forEach(Runnable::run);
        return DONE;
    }
}
