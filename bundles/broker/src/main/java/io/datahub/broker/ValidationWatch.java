package io.datahub.broker;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the wait for validators that are late. Its thread does nothing while no event is being validated. For any thread. */
final class ValidationWatch {

    private static final Logger LOG = LoggerFactory.getLogger(ValidationWatch.class);
    private static final long LOOK_MILLIS = 100;

    private final Set<ValidationAttempt> attempts = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looking = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor timer;
    private volatile boolean closed;

    ValidationWatch() {
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "datahub-event-validation-watch");
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
            attempt.cancel("the hub stops");
        }
        lookLater();
    }

    void forget(ValidationAttempt attempt) {
        attempts.remove(attempt);
    }

    private void lookLater() {
        if (!looking.get() && looking.compareAndSet(false, true)) {
            var unused = timer.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        looking.set(false);
        long now = System.nanoTime();
        attempts.removeIf(attempt -> {
            try {
                attempt.check(now);
            } catch (RuntimeException e) {
                LOG.error("event=failed action=\"end the wait for a validator\"", e);
            }
            return attempt.isOver();
        });
        if (!attempts.isEmpty()) {
            lookLater();
        }
    }

    /** Ends every wait, now and from now on. */
    void close() {
        closed = true;
        attempts.forEach(attempt -> attempt.cancel("the hub stops"));
        attempts.clear();
        timer.shutdownNow();
    }
}
