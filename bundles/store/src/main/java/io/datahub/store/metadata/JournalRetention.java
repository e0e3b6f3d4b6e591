package io.datahub.store.metadata;

import io.datahub.api.path.RecordUrls;
import io.datahub.api.record.Cursor;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongPredicate;

/** Trims the oldest entries of the journal when they are too old or the journal is too large, a batch at a time. */
final class JournalRetention {

    /** More entries than are written between two commits, and few enough not to block writers for long. */
    private static final int MAX_BATCH = 4_096;

    private JournalRetention() {}

    /** Trims the entries that exceed the maximum size, under the commit lock; returns whether any was trimmed. */
    static boolean bySize(MetadataDatabase database, long maxBytes) {
        return trim(database, oldest -> database.journalBytes > maxBytes);
    }

    /** Trims the entries older than the retention period, under the commit lock; returns whether any was trimmed. */
    static boolean byAge(MetadataDatabase database, Duration keepFor) {
        Instant limit = Instant.now().minus(keepFor);
        return trim(database, oldest -> isBefore(database, oldest, limit));
    }

    private static boolean trim(MetadataDatabase database, LongPredicate due) {
        boolean trimmed = false;
        for (int i = 0; i < MAX_BATCH; i++) {
            Long oldest = database.journal.firstKey();
            if (oldest == null || !due.test(oldest)) {
                break;
            }
            database.journalBytes -= database.journal.remove(oldest).length;
            trimmed = true;
        }
        return trimmed;
    }

    private static boolean isBefore(MetadataDatabase database, long sequence, Instant limit) {
        Cursor cursor = new Cursor(database.epoch, sequence);
        return ChangeEventReader.read(database.journal.get(sequence), cursor, RecordUrls.RELATIVE)
                .time()
                .isBefore(limit);
    }
}
