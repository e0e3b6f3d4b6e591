package io.datahub.store.ledger;

import io.datahub.api.record.Cursor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/** Takes the oldest entries off the journal when they are too old or too many, a few at a time. */
final class Trimming {

    private static final int AT_ONCE = 256;

    private Trimming() {}

    /** Trims what is due, under the ledger's lock; says whether anything was. */
    static boolean trim(Books books, Duration keepFor, long maxBytes) {
        boolean trimmed = false;
        Instant limit = Instant.now().minus(keepFor);
        for (int i = 0; i < AT_ONCE; i++) {
            Long oldest = books.journal.firstKey();
            if (oldest == null) {
                break;
            }
            byte[] bytes = books.journal.get(oldest);
            if (books.journalBytes <= maxBytes && !isBefore(books, oldest, bytes, limit)) {
                break;
            }
            books.journal.remove(oldest);
            books.journalBytes -= bytes.length;
            trimmed = true;
        }
        return trimmed;
    }

    private static boolean isBefore(Books books, long sequence, byte[] bytes, Instant limit) {
        String json = new String(bytes, StandardCharsets.UTF_8);
        return CloudEventReader.read(json, new Cursor(books.epoch, sequence))
                .time()
                .isBefore(limit);
    }
}
