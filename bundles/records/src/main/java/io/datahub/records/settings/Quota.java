package io.datahub.records.settings;

import io.datahub.api.path.RecordPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A limit on what is stored below a prefix, or belongs to a user.
 *
 * @param prefix path prefix; empty for the quota of a user
 * @param user the user whose records count; empty for a prefix, {@code *} for each user that has no quota of its own
 * @param bytes maximum number of bytes; {@link Long#MAX_VALUE} for no limit
 * @param files maximum number of files; {@link Long#MAX_VALUE} for no limit
 */
public record Quota(String prefix, String user, long bytes, long files) {

    public static final String EVERYBODY = "*";

    private static final Pattern SEPARATORS = Pattern.compile("[,\n]");
    private static final Pattern FORM = Pattern.compile(
            "(.+):\\s*(?:([0-9]{1,18})\\s*(KiB|MiB|GiB|TiB|B)?)?\\s*(?:\\b([0-9]{1,18})\\s*files)?", Pattern.DOTALL);
    private static final Map<String, Integer> SHIFTS = Map.of("B", 0, "KIB", 10, "MIB", 20, "GIB", 30, "TIB", 40);

    /**
     * Parses {@code PREFIX: BYTES N files} and {@code @USER: BYTES N files}, separated by commas or line breaks. Either
     * number can be omitted, and the bytes can have a unit. The prefix {@code /} stands for all records, the user
     * {@code *} for every user.
     *
     * @throws IllegalArgumentException if an item is malformed
     */
    public static List<Quota> parse(String text) {
        List<Quota> found = new ArrayList<>();
        for (String item : SEPARATORS.split(text, -1)) {
            if (!item.isBlank()) {
                found.add(one(item.strip()));
            }
        }
        return List.copyOf(found);
    }

    private static Quota one(String item) {
        Matcher parts = FORM.matcher(item);
        if (!parts.matches() || (parts.group(2) == null && parts.group(4) == null)) {
            throw new IllegalArgumentException("quotas has \"" + item
                    + "\"; each item is PREFIX: or @USER: and a limit, such as builds/: 100 GiB 10000 files");
        }
        String where = parts.group(1).strip();
        boolean user = where.startsWith("@");
        long bytes = parts.group(2) == null ? Long.MAX_VALUE : bytes(parts.group(2), parts.group(3));
        long files = parts.group(4) == null ? Long.MAX_VALUE : Long.parseLong(parts.group(4));
        return new Quota(user || where.equals("/") ? "" : where, user ? where.substring(1) : "", bytes, files);
    }

    private static long bytes(String number, String unit) {
        int shift = SHIFTS.get(unit == null ? "B" : unit.toUpperCase(Locale.ROOT));
        long value = Long.parseLong(number);
        return value > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : value << shift;
    }

    public boolean isOfUser() {
        return !user.isEmpty();
    }

    /** Whether a write of this user to this path counts towards the quota. */
    public boolean appliesTo(RecordPath path, String writer) {
        return isOfUser()
                ? user.equals(EVERYBODY) || user.equals(writer)
                : path.toString().startsWith(prefix);
    }

    /** A readable form for logs and messages. */
    @Override
    public String toString() {
        return (isOfUser() ? "@" + user : prefix.isEmpty() ? "/" : prefix) + ":"
                + (bytes == Long.MAX_VALUE ? "" : " " + bytes)
                + (files == Long.MAX_VALUE ? "" : " " + files + " files");
    }
}
