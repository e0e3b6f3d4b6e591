package io.datahub.hooks.translation;

import java.util.Locale;

/** How a run ended, in the words of CDEvents. */
enum Outcome {
    SUCCESS,
    FAILURE,
    CANCEL,
    ERROR;

    /** The outcome that systems call by this word; {@link #ERROR} for words that aren't known. */
    static Outcome of(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "success", "succeeded", "successful", "neutral", "warnings", "normal" -> SUCCESS;
            case "failure", "failed", "unstable" -> FAILURE;
            case "cancelled", "canceled", "cancel", "aborted", "skipped", "not_built", "interrupted" -> CANCEL;
            default -> ERROR;
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
