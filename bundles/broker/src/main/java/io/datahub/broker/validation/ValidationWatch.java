package io.datahub.broker.validation;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Enforces the time limits of validations. Its thread is idle while no event is being validated. Thread-safe. */
final class ValidationWatch {

    private static final Logger LOG = LoggerFactory.getLogger(ValidationWatch.class);
    private static final long CHECK_INTERVAL_MILLIS = 100;

    private final Set<ValidationAttempt> attempts = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor timer;
    private volatile boolean closed;

    ValidationWatch() {
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "datahub-event-validation-timeout");
            thread.setDaemon(true);
            return thread;
        });
        timer.setKeepAliveTime(30, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        timer.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    }

    /** Watches an attempt until it is over. */
    void watch(ValidationAttempt attempt) {
        attempts.add(attempt);
        if (closed) {
            attempt.cancel("the hub is stopping");
        }
        scheduleCheck();
    }

    void unwatch(ValidationAttempt attempt) {
        attempts.remove(attempt);
    }

    private void scheduleCheck() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            var unused = timer.schedule(this::check, CHECK_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void check() {
        scheduled.set(false);
        long now = System.nanoTime();
        attempts.removeIf(attempt -> {
            try {
                attempt.check(now);
            } catch (RuntimeException e) {
                LOG.error("event=broker.validation.timeout-failed", e);
            }
            return attempt.isOver();
        });
        if (!attempts.isEmpty()) {
            scheduleCheck();
        }
    }

    /** Cancels all attempts, including future ones. */
    void close() {
        closed = true;
        attempts.forEach(attempt -> attempt.cancel("the hub is stopping"));
        attempts.clear();
        timer.shutdownNow();
    }
}
