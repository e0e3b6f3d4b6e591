package io.datahub.http;

import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeListener;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;

/** Wakes those who wait for the next change, so that none of them holds a thread. For any thread. */
@Component(service = {ChangeSignal.class, ChangeListener.class})
public final class ChangeSignal implements ChangeListener {

    private final Set<Runnable> waiting = ConcurrentHashMap.newKeySet();

    /** Runs the task, quickly, after each change from now on, until it is cancelled. */
    void onChange(Runnable task) {
        waiting.add(task);
    }

    void cancel(Runnable task) {
        waiting.remove(task);
    }

    @Override
    public void changed(Change change) {
        waiting.forEach(Runnable::run);
    }
}
