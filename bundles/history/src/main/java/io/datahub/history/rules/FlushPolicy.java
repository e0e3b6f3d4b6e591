package io.datahub.history.rules;

import java.util.regex.Pattern;

/**
 * When kept events are flushed to disk.
 *
 * @param beforeAnswer whether a publisher is answered only after its event was flushed
 * @param windowMillis otherwise, how long an event may be unflushed after its publisher was answered, in milliseconds
 */
public record FlushPolicy(boolean beforeAnswer, int windowMillis) {

    private static final Pattern MILLIS = Pattern.compile("[0-9]{1,5}");
    private static final int MAX_MILLIS = 60_000;

    /**
     * Parses {@code always} or a number of milliseconds.
     *
     * @param text the text
     * @return the policy
     * @throws IllegalArgumentException if it is neither
     */
    public static FlushPolicy parse(String text) {
        String value = text.strip();
        if (value.equals("always")) {
            return new FlushPolicy(true, 0);
        }
        int millis = MILLIS.matcher(value).matches() ? Integer.parseInt(value) : 0;
        if (millis < 1 || millis > MAX_MILLIS) {
            throw new IllegalArgumentException(
                    "flush is \"" + text + "\"; it is always, or milliseconds from 1 to " + MAX_MILLIS);
        }
        return new FlushPolicy(false, millis);
    }

    /** As in the configuration. */
    @Override
    public String toString() {
        return beforeAnswer ? "always" : Integer.toString(windowMillis);
    }
}
