package io.datahub.store.metadata;

import io.datahub.api.record.Cursor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongPredicate;

/** Takes the oldest entries off the journal when they are too old or too many, a few at a time. */
final class JournalRetention {

    /** More than come between two commits, and few enough not to keep writers waiting. */
    private static final int AT_ONCE = 4_096;

    private JournalRetention() {}

    /** Trims what is too much, under the ledger's lock; says whether anything was. */
    static boolean bySize(MetadataDatabase books, long maxBytes) {
        return trim(books, oldest -> books.journalBytes > maxBytes);
    }

    /** Trims what is too old, under the ledger's lock; says whether anything was. */
    static boolean byAge(MetadataDatabase books, Duration keepFor) {
        Instant limit = Instant.now().minus(keepFor);
        return trim(books, oldest -> isBefore(books, oldest, limit));
    }

    private static boolean trim(MetadataDatabase books, LongPredicate due) {
        boolean trimmed = false;
        for (int i = 0; i < AT_ONCE; i++) {
            Long oldest = books.journal.firstKey();
            if (oldest == null || !due.test(oldest)) {
                break;
            }
            books.journalBytes -= books.journal.remove(oldest).length;
            trimmed = true;
        }
        return trimmed;
    }

    private static boolean isBefore(MetadataDatabase books, long sequence, Instant limit) {
        String json = new String(books.journal.get(sequence), StandardCharsets.UTF_8);
        return ChangeEventReader.read(json, new Cursor(books.epoch, sequence))
                .time()
                .isBefore(limit);
    }
}
