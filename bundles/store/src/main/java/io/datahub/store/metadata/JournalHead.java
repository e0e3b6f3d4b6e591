package io.datahub.store.metadata;

import io.datahub.api.record.Cursor;
import java.time.Duration;

/** The cursor of the newest durable journal entry. Thread-safe. */
public final class JournalHead {

    /** Written under this object's monitor. */
    private volatile Cursor cursor = Cursor.BEGINNING;

    synchronized void set(String epoch, long sequence) {
        cursor = new Cursor(epoch, sequence);
        notifyAll();
    }

    public Cursor cursor() {
        return cursor;
    }

    /** Waits until the journal extends beyond that cursor; returns false on timeout. */
    public boolean await(Cursor since, Duration time) throws InterruptedException {
        long deadline = System.nanoTime() + time.toNanos();
        synchronized (this) {
            while (!isAfter(since)) {
                long remaining = deadline - System.nanoTime();
                if (remaining <= 0) {
                    return false;
                }
                wait(remaining / 1_000_000, (int) (remaining % 1_000_000));
            }
            return true;
        }
    }

    private boolean isAfter(Cursor since) {
        return (!since.epoch().equals(cursor.epoch()) && !since.epoch().isEmpty())
                || cursor.sequence() > since.sequence();
    }
}
