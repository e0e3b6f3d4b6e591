package io.datahub.cli.sync;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The changes that this process has made in the hub and knows all about, so that it needn't read them in the journal. This hub's
 * cursors end with a number, and each change has the next one: with cursors of any other form nothing is skipped. Thread-safe.
 */
final class OwnChanges {

    private static final int MAX_DIGITS = 18;

    private final Set<String> cursors = ConcurrentHashMap.newKeySet();

    /** Adds a change by its cursor; an empty one has no effect. */
    void add(String cursor) {
        if (!cursor.isEmpty()) {
            cursors.add(cursor);
        }
    }

    /** The cursor of the last of these changes that follow one another, and a cursor, without any other in between. */
    String after(String cursor) {
        String last = cursor;
        for (String next = next(last); cursors.remove(next); next = next(last)) {
            last = next;
        }
        return last;
    }

    /** Empty if the cursor isn't of the form that is known here. */
    private static String next(String cursor) {
        int digits = cursor.lastIndexOf('-') + 1;
        String number = cursor.substring(digits);
        return digits > 0 && number.length() <= MAX_DIGITS && number.matches("[0-9]+")
                ? cursor.substring(0, digits) + (Long.parseLong(number) + 1)
                : "";
    }
}
