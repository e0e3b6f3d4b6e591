package io.datahub.nats;

import io.datahub.api.log.LogText;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does at intervals, on one thread, what keeps the hubs informed about each other. */
final class Heartbeat implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    private static final long BEAT_MILLIS = 1_000;
    private static final long REPORT_MILLIS = 5_000;

    private static final long STOP_SECONDS = 5;

    /** In this time, further changes of subscriptions join the first. */
    private static final long GREET_MILLIS = 5;

    private final Runnable greet;
    private final Runnable beat;
    private final Runnable report;
    private final AtomicBoolean greetDue = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> {
        Thread daemon = new Thread(task, "datahub-nats-heartbeat");
        daemon.setDaemon(true);
        return daemon;
    });
    private volatile ScheduledFuture<?> greeting;
    private ScheduledFuture<?> beats;
    private ScheduledFuture<?> reports;

    /**
     * @param greet tells which topics are wanted here
     * @param beat done each second
     * @param report tells about the sessions
     */
    Heartbeat(Runnable greet, Runnable beat, Runnable report) {
        this.greet = guarded(greet);
        this.beat = guarded(beat);
        this.report = guarded(report);
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("event=nats.heartbeat.failed reason={}", LogText.quoted(e), e);
            }
        };
    }

    void start() {
        beats = thread.scheduleWithFixedDelay(beat, BEAT_MILLIS, BEAT_MILLIS, TimeUnit.MILLISECONDS);
        reports = thread.scheduleWithFixedDelay(report, BEAT_MILLIS, REPORT_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Greets in a moment. Doesn't block. */
    void greetSoon() {
        if (!greetDue.getAndSet(true)) {
            try {
                greeting = thread.schedule(this::greetNow, GREET_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("event=nats.greeting.dropped reason={}", LogText.quoted(e.getMessage()));
            }
        }
    }

    private void greetNow() {
        greetDue.set(false);
        greet.run();
    }

    @Override
    public void close() {
        ScheduledFuture<?> due = greeting;
        if (due != null) {
            due.cancel(false);
        }
        beats.cancel(false);
        reports.cancel(false);
        thread.shutdown();
        boolean interrupted = false;
        try {
            thread.awaitTermination(
                    STOP_SECONDS, TimeUnit.SECONDS); // a greeting after the farewell would be taken for a start
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
