package io.datahub.broker;

import io.datahub.api.validation.Verdict;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * One event at one validator. It waits for a thread, is validated on it, and comes to exactly one outcome, also where the
 * validator is late or no thread gets free. A validator that is late is interrupted; until it returns it counts as stuck.
 * For any thread.
 */
final class ValidationAttempt implements Runnable {

    /** How long a validation may take. */
    static final long MAX_MILLIS = 1_000;

    /** How long an event waits for a thread of its validator. */
    static final long MAX_WAIT_MILLIS = 5_000;

    private enum State {
        WAITING,
        RUNNING,
        OVER
    }

    private final AtomicInteger stuck;
    private final BiConsumer<? super Verdict, ? super Throwable> outcome;

    // guarded by this
    private Callable<Verdict> validation;
    private State state = State.WAITING;
    private Thread thread;
    private long since = System.nanoTime();

    /**
     * Prepares an attempt.
     *
     * @param stuck counts the threads whose validation is late
     * @param outcome gets the verdict, or why there is none, once, on any thread
     */
    ValidationAttempt(
            Callable<Verdict> validation, AtomicInteger stuck, BiConsumer<? super Verdict, ? super Throwable> outcome) {
        this.validation = validation;
        this.stuck = stuck;
        this.outcome = outcome;
    }

    @Override
    public void run() {
        Callable<Verdict> mine = begin();
        if (mine == null) {
            return;
        }
        Verdict verdict = null;
        Throwable failure = null;
        try {
            verdict = mine.call();
        } catch (Throwable e) {
            failure = e;
        }
        if (finish()) {
            outcome.accept(
                    verdict, failure == null && verdict == null ? new IllegalStateException("no verdict") : failure);
        } else {
            stuck.decrementAndGet();
        }
    }

    private synchronized Callable<Verdict> begin() {
        if (state != State.WAITING) {
            return null;
        }
        state = State.RUNNING;
        thread = Thread.currentThread();
        since = System.nanoTime();
        return validation;
    }

    /** Whether it is in time. From here on nobody interrupts the thread on behalf of this attempt. */
    private synchronized boolean finish() {
        boolean inTime = state == State.RUNNING;
        state = State.OVER;
        thread = null;
        validation = null;
        return inTime;
    }

    synchronized boolean isOver() {
        return state == State.OVER;
    }

    /** Ends the wait if it has been too long. */
    void check(long now) {
        String failure;
        synchronized (this) {
            long millis = TimeUnit.NANOSECONDS.toMillis(now - since);
            if (state == State.WAITING && millis >= MAX_WAIT_MILLIS) {
                failure = "all its threads have been busy for " + MAX_WAIT_MILLIS + " ms";
            } else if (state == State.RUNNING && millis >= MAX_MILLIS) {
                failure = "it took longer than " + MAX_MILLIS + " ms";
            } else {
                return;
            }
            abandon();
        }
        outcome.accept(null, new SlowValidationException(failure));
    }

    /** Ends the wait now. */
    void cancel(String why) {
        synchronized (this) {
            if (state == State.OVER) {
                return;
            }
            abandon();
        }
        outcome.accept(null, new SlowValidationException(why));
    }

    private void abandon() {
        if (state == State.RUNNING) {
            stuck.incrementAndGet();
            thread.interrupt();
        }
        state = State.OVER;
        validation = null;
    }
}
