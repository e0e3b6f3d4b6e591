package io.datahub.history.log;

import java.util.Locale;

/** Why events can't be kept. */
final class HistoryFailure {

    /** The disk is full. */
    static final String FULL = "the disk is full";

    private HistoryFailure() {}

    static String of(Exception cause) {
        String text = String.valueOf(cause.getMessage());
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.contains("no space left") || lower.contains("quota exceeded") ? FULL : text;
    }
}
