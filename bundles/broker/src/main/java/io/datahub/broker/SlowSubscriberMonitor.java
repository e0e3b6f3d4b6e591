package io.datahub.broker;

import io.datahub.api.event.CloseReason;
import io.datahub.broker.queue.BackpressureTimer;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Periodically resumes publishers whose wait has timed out, and ends sessions that were too slow for too long. The
 * interval is shorter while a queue is full.
 */
final class SlowSubscriberMonitor implements AutoCloseable, Runnable {

    private static final long INTERVAL_MILLIS = 250;
    private static final long IDLE_INTERVAL_MILLIS = 1_000;

    private final Collection<BrokerSession> sessions;
    private final Supplier<BrokerLimits> limits;
    private final DeliveryPause pause;
    private final Thread thread;

    /**
     * @param sessions a live view of the open sessions
     * @param pause no subscriber is too slow while the delivery is held back
     */
    SlowSubscriberMonitor(Collection<BrokerSession> sessions, Supplier<BrokerLimits> limits, DeliveryPause pause) {
        this.sessions = sessions;
        this.limits = limits;
        this.pause = pause;
        thread = new Thread(this, "datahub-broker-slow-subscribers");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        try {
            boolean isBusy = false;
            while (true) {
                Thread.sleep(isBusy ? INTERVAL_MILLIS : IDLE_INTERVAL_MILLIS);
                isBusy = check(BackpressureTimer.now());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether the shorter interval is needed. */
    private boolean check(long now) {
        boolean isBusy = false;
        for (BrokerSession session : sessions) {
            check(session, now);
            isBusy |= session.queue().isUnderPressure();
        }
        return isBusy;
    }

    private void check(BrokerSession session, long now) {
        session.queue().checkTimeouts(now);
        long maxLossMillis = limits.get().maxLossMillis(session.login().origin().transport());
        if (maxLossMillis > 0
                && !pause.isOn()
                && session.queue().hasBeenLosingFor(TimeUnit.MILLISECONDS.toNanos(maxLossMillis), now)) {
            session.end(CloseReason.TOO_SLOW);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
