package io.datahub.records.settings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long records are kept.
 *
 * @param prefix path prefix
 * @param time retention period of a version
 */
public record RetentionRule(String prefix, Duration time) {

    private static final Pattern SEPARATORS = Pattern.compile("[,\n]");
    private static final Pattern FORM = Pattern.compile("(.+):\\s*([0-9]{1,6}(?:\\.[0-9]{1,9})?)", Pattern.DOTALL);
    private static final double DAY_NANOS = 86_400e9;

    /**
     * Parses {@code PREFIX: DAYS}, separated by commas or line breaks; the prefix {@code /} stands for all records.
     *
     * @throws IllegalArgumentException if an item is malformed
     */
    public static List<RetentionRule> parse(String text) {
        List<RetentionRule> found = new ArrayList<>();
        for (String item : SEPARATORS.split(text, -1)) {
            if (!item.isBlank()) {
                Matcher parts = FORM.matcher(item.strip());
                if (!parts.matches() || Double.parseDouble(parts.group(2)) == 0) {
                    throw new IllegalArgumentException("keepDays has \"" + item.strip()
                            + "\"; each item is PREFIX: DAYS, such as builds/nightly/: 30");
                }
                String prefix = parts.group(1).strip();
                Duration time = Duration.ofNanos(Math.round(Double.parseDouble(parts.group(2)) * DAY_NANOS));
                found.add(new RetentionRule(prefix.equals("/") ? "" : prefix, time));
            }
        }
        return List.copyOf(found);
    }

    /** A readable form for logs and messages. */
    @Override
    public String toString() {
        return (prefix.isEmpty() ? "/" : prefix) + ": " + time;
    }
}
