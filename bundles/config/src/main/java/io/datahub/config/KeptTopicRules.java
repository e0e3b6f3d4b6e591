package io.datahub.config;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether the rules for kept topics are valid: those of {@code keep}, {@code last} and {@code deduplicate}. */
final class KeptTopicRules {

    private static final Pattern SEPARATORS = Pattern.compile("[;\n]");
    private static final Pattern KEEP = Pattern.compile("(?s)((?:(?!:\\s).)+):\\s+(.+)");
    private static final Pattern LAST = Pattern.compile("(?s)(.+):\\s+[1-9][0-9]{0,8}\\s+topics(?:\\s*,\\s*(.+))?");
    private static final Pattern DEDUPLICATE = Pattern.compile("(?s)(.+):\\s+([^:]+)");
    private static final Pattern LIMIT = Pattern.compile("([0-9]{1,12})\\s*(s|m|h|d|B|KiB|MiB|GiB|TiB)");
    private static final Map<String, Long> SECONDS = Map.of("s", 1L, "m", 60L, "h", 3_600L, "d", 86_400L);
    private static final Map<String, Long> BYTES =
            Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);
    private static final long MAX_DAYS = 1_000_000;
    private static final long MAX_DEDUPLICATE_DAYS = 7;
    private static final int MAX_PREFIX = 238;
    private static final String SHORT = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

    private KeptTopicRules() {}

    /** Whether a text is a list of {@code PREFIX: AGE, SIZE}. */
    static boolean isKeep(String text) {
        return isList(text, KEEP, KeptTopicRules::isAgeAndSize);
    }

    /** Whether a text is a list of {@code PREFIX: COUNT topics, SIZE}. */
    static boolean isLast(String text) {
        return isList(text, LAST, size -> size == null || isSize(size));
    }

    /** Whether a text is a list of {@code PREFIX: TIME}. */
    static boolean isDeduplicate(String text) {
        return isList(text, DEDUPLICATE, time -> isAge(time, MAX_DEDUPLICATE_DAYS));
    }

    /**
     * Whether each rule is valid and has a prefix of its own.
     *
     * @param form has the prefix and the limits as groups
     */
    private static boolean isList(String text, Pattern form, Predicate<String> isLimit) {
        Set<String> prefixes = new HashSet<>();
        return SEPARATORS.splitAsStream(text).filter(item -> !item.isBlank()).allMatch(item -> {
            Matcher rule = form.matcher(item.strip());
            return rule.matches() && isPrefix(rule.group(1), prefixes) && isLimit.test(rule.group(2));
        });
    }

    private static boolean isPrefix(String text, Set<String> others) {
        String given = text.strip();
        String prefix = given.endsWith("*") ? given.substring(0, given.length() - 1) : given;
        return !prefix.startsWith("file.")
                && !prefix.startsWith("hub.")
                && prefix.indexOf(',') < 0
                && length(prefix) <= MAX_PREFIX
                && others.add(prefix);
    }

    /** The length in the name of a folder, in which all but a few characters are encoded by three for each byte. */
    private static int length(String prefix) {
        int length = 0;
        for (byte b : prefix.getBytes(StandardCharsets.UTF_8)) {
            length += SHORT.indexOf(b) >= 0 ? 1 : 3;
        }
        return length;
    }

    private static boolean isAgeAndSize(String text) {
        List<String> limits = List.of(text.split(",", -1));
        return limits.size() == 1
                ? isAge(text, MAX_DAYS) || isSize(text)
                : limits.size() == 2
                        && ((isAge(limits.get(0), MAX_DAYS) && isSize(limits.get(1)))
                                || (isSize(limits.get(0)) && isAge(limits.get(1), MAX_DAYS)));
    }

    private static boolean isAge(String text, long maxDays) {
        return isLimit(text, SECONDS, 1, maxDays * SECONDS.get("d"));
    }

    private static boolean isSize(String text) {
        return isLimit(text, BYTES, BYTES.get("MiB"), 500_000 * BYTES.get("TiB"));
    }

    private static boolean isLimit(String text, Map<String, Long> units, long min, long max) {
        Matcher limit = LIMIT.matcher(text.strip());
        Optional<Long> unit = limit.matches() ? Optional.ofNullable(units.get(limit.group(2))) : Optional.empty();
        return unit.filter(factor -> {
                    long number = Long.parseLong(limit.group(1));
                    return number <= max / factor && number * factor >= min;
                })
                .isPresent();
    }
}
