package io.datahub.broker.validation;

import io.datahub.api.validation.Verdict;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * The validation of one event by one validator. It waits for a thread, runs on it, and has exactly one outcome, even if
 * the validator times out or no thread becomes free. A validator that times out is interrupted; until it returns its
 * thread counts as stuck. Thread-safe.
 */
final class ValidationAttempt implements Runnable {

    /** The time limit of waiting for a thread. */
    static final long MAX_WAIT_MILLIS = 5_000;

    private enum State {
        WAITING,
        RUNNING,
        OVER
    }

    private final Duration timeLimit;
    private final AtomicInteger stuck;
    private final BiConsumer<? super Verdict, ? super Throwable> outcome;

    // guarded by this
    private Callable<Verdict> validation;
    private State state = State.WAITING;
    private Thread thread;
    private long since = System.nanoTime();

    /**
     * Creates an attempt.
     *
     * @param timeLimit of the validation
     * @param stuck counts the threads whose validation has timed out
     * @param outcome receives the verdict or the failure, once, on any thread
     */
    ValidationAttempt(
            Callable<Verdict> validation,
            Duration timeLimit,
            AtomicInteger stuck,
            BiConsumer<? super Verdict, ? super Throwable> outcome) {
        this.validation = validation;
        this.timeLimit = timeLimit;
        this.stuck = stuck;
        this.outcome = outcome;
    }

    @Override
    public void run() {
        Callable<Verdict> task = begin();
        if (task == null) {
            return;
        }
        Verdict verdict = null;
        Throwable failure = null;
        try {
            verdict = task.call();
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

    /** Whether it completed in time. Afterwards the thread is no longer interrupted for this attempt. */
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

    /** Fails the attempt if it has timed out. */
    void check(long now) {
        String failure;
        synchronized (this) {
            long millis = TimeUnit.NANOSECONDS.toMillis(now - since);
            if (state == State.WAITING && millis >= MAX_WAIT_MILLIS) {
                failure = "all its threads have been busy for " + MAX_WAIT_MILLIS + " ms";
            } else if (state == State.RUNNING && millis >= timeLimit.toMillis()) {
                failure = "it took longer than " + timeLimit.toMillis() + " ms";
            } else {
                return;
            }
            abandon();
        }
        outcome.accept(null, new SlowValidationException(failure));
    }

    /** Fails the attempt now. */
    void cancel(String reason) {
        synchronized (this) {
            if (state == State.OVER) {
                return;
            }
            abandon();
        }
        outcome.accept(null, new SlowValidationException(reason));
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
