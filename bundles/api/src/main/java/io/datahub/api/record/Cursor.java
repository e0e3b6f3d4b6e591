package io.datahub.api.record;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.json.ByteBuilder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A position in the hub's history: after a file event, given by its number in the journal, and, where topics are kept,
 * after one of the events that were kept between that file event and the next one. So file events and kept topics have
 * one order, and the cursor of a file event is the same whether or not topics are kept. Numbers are never given to two
 * entries of one epoch: whatever could repeat one (a journal that was rebuilt, restored from a backup or has lost its
 * end) begins a new epoch.
 *
 * <p>Clients see the text, and treat it as opaque: they store it, compare it for equality and send it back. Within the
 * hub, too, only what keeps a history looks at the numbers; everybody else orders cursors by {@link #isUpTo}.
 *
 * @param epoch identifies one lifetime of the history; empty only for {@link #BEGINNING}
 * @param sequence the number of the last file event before this position
 * @param kept the number of the last kept event before this position and after that file event; 0 if there is none
 */
public record Cursor(String epoch, long sequence, long kept) {

    /** The position before the oldest retained entry, whichever that is. */
    public static final Cursor BEGINNING = new Cursor("", 0);

    private static final Pattern FORM = Pattern.compile("([0-9a-z]{1,32})-([0-9]{1,18})(?:\\.([1-9][0-9]{0,17}))?");

    /**
     * The position of a file event.
     *
     * @param epoch identifies one lifetime of the history
     * @param sequence the number of the file event
     */
    public Cursor(String epoch, long sequence) {
        this(epoch, sequence, 0);
    }

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
                ? Result.done(new Cursor(
                        parts.group(1),
                        Long.parseLong(parts.group(2)),
                        parts.group(3) == null ? 0 : Long.parseLong(parts.group(3))))
                : Result.refused(
                        Reason.BAD_REQUEST,
                        "this isn't a cursor: use one that the hub has sent, unchanged, such as the id of a file event"
                                + " or the header Datahub-Cursor, or 0 for the oldest entry");
    }

    /**
     * Whether it belongs to the same lifetime of the history as another one. Only then one of them is before the other.
     *
     * @param other another cursor
     * @return whether both have the same epoch
     */
    public boolean isComparableTo(Cursor other) {
        return epoch.equals(other.epoch);
    }

    /**
     * Whether it is at or before another position.
     *
     * @param end the other position
     * @return whether everything before this position is before the other one, too; false if they are not comparable
     */
    public boolean isUpTo(Cursor end) {
        return isComparableTo(end) && (sequence < end.sequence || (sequence == end.sequence && kept <= end.kept));
    }

    /**
     * Appends the text of {@link #toString}, faster.
     *
     * @param bytes where it is appended
     */
    public void write(ByteBuilder bytes) {
        if (epoch.isEmpty()) {
            bytes.write('0');
            return;
        }
        bytes.write(epoch);
        bytes.write('-');
        bytes.writeDecimal(sequence);
        if (kept > 0) {
            bytes.write('.');
            bytes.writeDecimal(kept);
        }
    }

    @Override
    public String toString() {
        return epoch.isEmpty() ? "0" : epoch + "-" + sequence + (kept == 0 ? "" : "." + kept);
    }
}
