package io.datahub.broker;

import io.datahub.api.event.CloseReason;
import java.util.concurrent.TimeUnit;

/**
 * Looks now and then for publishers that have waited long enough, and for sessions that were too slow for too long: more
 * often while there is a full queue.
 */
final class SlowConsumerMonitor implements AutoCloseable, Runnable {

    private static final long INTERVAL_MILLIS = 250;
    private static final long IDLE_INTERVAL_MILLIS = 1_000;

    private final Broker broker;
    private final Thread thread;

    SlowConsumerMonitor(Broker broker) {
        this.broker = broker;
        thread = new Thread(this, "datahub-broker-watch");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        try {
            boolean isBusy = false;
            while (true) {
                Thread.sleep(isBusy ? INTERVAL_MILLIS : IDLE_INTERVAL_MILLIS);
                isBusy = look(BackpressureTimer.now());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether anything has to be looked at again soon. */
    private boolean look(long now) {
        boolean isBusy = false;
        for (BrokerSession session : broker.all()) {
            look(session, now);
            isBusy |= session.queue().isTrying();
        }
        return isBusy;
    }

    private void look(BrokerSession session, long now) {
        session.queue().tick(now);
        long patience = broker.limits().patienceMillis(session.login().origin().transport());
        if (patience > 0 && session.queue().losesFor(TimeUnit.MILLISECONDS.toNanos(patience), now)) {
            broker.end(session, CloseReason.TOO_SLOW);
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
