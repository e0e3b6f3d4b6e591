package io.datahub.api.history;

import io.datahub.api.record.Cursor;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The actions that wait until a history has an event after a cursor, for implementations of
 * {@link EventHistory#whenAfter}. One that fails, for example because the server of its client has stopped, neither
 * keeps others waiting nor fails what has advanced the history. Thread-safe.
 */
public final class HistoryWaiters {

    private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();
    private final Supplier<Cursor> head;
    private final Consumer<? super Throwable> failures;

    /**
     * Without waiters.
     *
     * @param head reads the cursor of the newest event
     * @param failures is told what an action has thrown
     */
    public HistoryWaiters(Supplier<Cursor> head, Consumer<? super Throwable> failures) {
        this.head = head;
        this.failures = failures;
    }

    /** An action that waits; compared by identity. */
    private static final class Waiter {
        final Cursor since;
        final Runnable action;

        Waiter(Cursor since, Runnable action) {
            this.since = since;
            this.action = action;
        }
    }

    /**
     * Runs an action once the head is after a cursor, or at once if it is.
     *
     * @param since the cursor
     * @param action run once, on any thread, possibly before this returns
     * @return cancels the wait; the action may still run once while it is cancelled
     */
    public Runnable add(Cursor since, Runnable action) {
        Waiter one = new Waiter(since, action);
        waiters.add(one);
        runIfDue(one, head.get());
        return () -> waiters.remove(one);
    }

    /** Runs the actions that are due now; call it whenever the head has advanced. */
    public void advanced() {
        if (!waiters.isEmpty()) {
            advancedTo(head.get());
        }
    }

    /**
     * Runs the actions that are due at a position.
     *
     * @param now the cursor of an event that can be read
     */
    public void advancedTo(Cursor now) {
        waiters.forEach(one -> runIfDue(one, now));
    }

    private void runIfDue(Waiter one, Cursor now) {
        if (now.isUpTo(one.since) || !waiters.remove(one)) {
            return;
        }
        try {
            one.action.run();
        } catch (RuntimeException | LinkageError e) { // the latter of a bundle that was replaced
            failures.accept(e);
        }
    }
}
