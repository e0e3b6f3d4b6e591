package io.datahub.api.record;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A position in the journal: after all entries up to and including the sequence number.
 *
 * @param epoch identifies one lifetime of the journal; empty only for {@link #BEGINNING}
 * @param sequence the number of the last entry before this position
 */
public record Cursor(String epoch, long sequence) {

    /** The position before the oldest retained entry. */
    public static final Cursor BEGINNING = new Cursor("", 0);

    private static final Pattern FORM = Pattern.compile("([0-9a-z]{1,32})-([0-9]{1,18})");

    /**
     * Parses the result of {@link #toString}, or {@code 0} for the beginning.
     *
     * @param text the text
     * @return the cursor, or a refusal ({@link Reason#BAD_REQUEST})
     */
    public static Result<Cursor> parse(String text) {
        if (text.equals("0")) {
            return Result.done(BEGINNING);
        }
        Matcher parts = FORM.matcher(text);
        return parts.matches()
                ? Result.done(new Cursor(parts.group(1), Long.parseLong(parts.group(2))))
                : Result.refused(Reason.BAD_REQUEST, "a cursor has the form EPOCH-SEQUENCE, or is 0 for the beginning");
    }

    @Override
    public String toString() {
        return epoch.isEmpty() ? "0" : epoch + "-" + sequence;
    }
}
