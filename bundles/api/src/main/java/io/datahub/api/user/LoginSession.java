package io.datahub.api.user;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The browser session that a login belongs to. When it ends, whatever was opened with such a login ends as well, even
 * though the credential is still valid. Compared by identity. Thread-safe.
 */
public final class LoginSession {

    // guarded by this
    private final Set<Runnable> listeners = new LinkedHashSet<>();
    private boolean ended;

    /** Begins a session. */
    public LoginSession() {}

    /**
     * Registers a listener.
     *
     * @param listener called once when the session ends, on the thread that ends it, so that it must not block; called
     *     before this method returns if the session has ended already
     */
    public void onEnd(Runnable listener) {
        synchronized (this) {
            if (!ended) {
                listeners.add(listener);
                return;
            }
        }
        listener.run();
    }

    /**
     * Removes a listener, for what ends before the session.
     *
     * @param listener as it was registered; nothing happens if it isn't
     */
    public synchronized void remove(Runnable listener) {
        listeners.remove(listener);
    }

    /**
     * Ends the session and calls the listeners; nothing happens if it has ended already. What a listener throws is passed
     * to the thread's handler of uncaught exceptions, so that the others are called, too.
     */
    public void end() {
        List<Runnable> called;
        synchronized (this) {
            ended = true;
            called = new ArrayList<>(listeners);
            listeners.clear();
        }
        for (Runnable listener : called) {
            try {
                listener.run();
            } catch (RuntimeException e) {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            }
        }
    }
}
