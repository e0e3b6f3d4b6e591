package io.datahub.store.metadata;

import io.datahub.api.record.Cursor;

/** The cursor of the newest durable journal entry. Thread-safe. */
public final class JournalHead {

    private volatile Cursor cursor = Cursor.BEGINNING;

    void set(String epoch, long sequence) {
        cursor = new Cursor(epoch, sequence);
    }

    public Cursor cursor() {
        return cursor;
    }
}
