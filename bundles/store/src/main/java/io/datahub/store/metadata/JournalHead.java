package io.datahub.store.metadata;

import io.datahub.api.record.Cursor;
import java.time.Duration;

/** Where the journal ends at present, so far as it lasts. */
public final class JournalHead {

    /** Written under this object's monitor. */
    private volatile Cursor cursor = Cursor.BEGINNING;

    synchronized void move(String epoch, long sequence) {
        cursor = new Cursor(epoch, sequence);
        notifyAll();
    }

    public Cursor cursor() {
        return cursor;
    }

    /** Waits until there is something behind that cursor; false if the time ran out. */
    public boolean await(Cursor since, Duration time) throws InterruptedException {
        long deadline = System.nanoTime() + time.toNanos();
        synchronized (this) {
            while (!isBehind(since)) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                wait(left / 1_000_000, (int) (left % 1_000_000));
            }
            return true;
        }
    }

    private boolean isBehind(Cursor since) {
        return (!since.epoch().equals(cursor.epoch()) && !since.epoch().isEmpty())
                || cursor.sequence() > since.sequence();
    }
}
