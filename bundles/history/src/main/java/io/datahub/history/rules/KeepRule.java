package io.datahub.history.rules;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which events are kept, and how long.
 *
 * @param prefix begins their topics; empty for all topics
 * @param age the time after which an event may be deleted; {@link #FOREVER} for no limit
 * @param bytes the size beyond which the oldest events are deleted; {@link Long#MAX_VALUE} for no limit
 */
public record KeepRule(String prefix, Duration age, long bytes) {

    /** No limit of the age. */
    public static final Duration FOREVER = Duration.ofDays(1_000_000);

    /** The smallest size of a rule: a few segments. */
    public static final long MIN_BYTES = 1L << 20;

    private static final long MAX_BYTES = 500_000L << 40;

    private static final Pattern FORM = Pattern.compile("(?s)(.+?|\\*):\\s+(.+)");
    private static final Pattern AGE = Pattern.compile("([0-9]{1,12})\\s*([smhd])");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,18})\\s*(B|KiB|MiB|GiB|TiB)");
    private static final Map<String, Integer> SHIFTS = Map.of("B", 0, "KIB", 10, "MIB", 20, "GIB", 30, "TIB", 40);
    private static final Map<String, Long> SECONDS = Map.of("s", 1L, "m", 60L, "h", 3_600L, "d", 86_400L);
    private static final String ALLOWED =
            "; each item is PREFIX: AGE, SIZE, such as build.: 7d, 1 GiB, where one of the two can be omitted";

    /**
     * Parses {@code PREFIX: AGE, SIZE}, separated by semicolons or line breaks. The prefix {@code *} stands for all
     * topics; an asterisk at the end of a prefix is ignored.
     *
     * @param text the text; may be empty
     * @return the rules, each with a prefix of its own
     * @throws IllegalArgumentException if an item is malformed
     */
    public static List<KeepRule> parse(String text) {
        List<KeepRule> rules = new ArrayList<>();
        Set<String> prefixes = new HashSet<>();
        for (String item : text.split("[;\n]", -1)) {
            if (!item.isBlank()) {
                KeepRule rule = rule(item.strip());
                if (!prefixes.add(rule.prefix)) {
                    throw new IllegalArgumentException("keep has the prefix \"" + rule.prefix + "\" twice; remove one");
                }
                rules.add(rule);
            }
        }
        return List.copyOf(rules);
    }

    private static KeepRule rule(String item) {
        Matcher parts = FORM.matcher(item);
        if (!parts.matches()) {
            throw malformed(item);
        }
        Optional<Duration> givenAge = Optional.empty();
        OptionalLong givenSize = OptionalLong.empty();
        for (String limit : parts.group(2).split(",", -1)) {
            Optional<Duration> time = age(limit.strip());
            OptionalLong size = size(limit.strip());
            if (time.isPresent() && givenAge.isEmpty()) {
                givenAge = time;
            } else if (size.isPresent() && givenSize.isEmpty()) {
                givenSize = size;
            } else {
                throw malformed(item);
            }
        }
        Duration age = givenAge.orElse(FOREVER);
        long bytes = givenSize.orElse(Long.MAX_VALUE);
        if (age.isZero() || age.compareTo(FOREVER) > 0 || bytes < MIN_BYTES) {
            throw new IllegalArgumentException("keep has \"" + item
                    + "\"; the age must be from 1s to 1000000d, and the size from 1 MiB to 500000 TiB");
        }
        return new KeepRule(prefix("keep", item, parts.group(1).strip()), age, bytes);
    }

    /** A time; empty if the text isn't one. */
    static Optional<Duration> age(String text) {
        Matcher time = AGE.matcher(text);
        return time.matches()
                ? Optional.of(Duration.ofSeconds(Long.parseLong(time.group(1)) * SECONDS.get(time.group(2))))
                : Optional.empty();
    }

    /** A size in bytes, 0 if it is too large; empty if the text isn't a size. */
    static OptionalLong size(String text) {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            return OptionalLong.empty();
        }
        long number = Long.parseLong(size.group(1));
        int shift = SHIFTS.get(size.group(2).toUpperCase(Locale.ROOT));
        return OptionalLong.of(number > MAX_BYTES >> shift ? 0 : number << shift);
    }

    /** Validates a prefix, and removes an asterisk at its end. */
    static String prefix(String key, String item, String text) {
        String prefix = text.endsWith("*") ? text.substring(0, text.length() - 1) : text;
        if (prefix.startsWith("file.") || prefix.startsWith("hub.")) {
            throw new IllegalArgumentException(key + " has \"" + item
                    + "\"; topics of the hub can't be kept: file events are in the history anyway");
        }
        if (prefix.indexOf(',') >= 0 || LogFolder.of(prefix).length() > LogFolder.MAX_LENGTH) {
            throw new IllegalArgumentException(key + " has \"" + item + "\"; a prefix has no comma, and at most "
                    + LogFolder.MAX_LENGTH + " characters");
        }
        return prefix;
    }

    private static IllegalArgumentException malformed(String item) {
        return new IllegalArgumentException("keep has \"" + item + "\"" + ALLOWED);
    }

    /** Refuses an event of which the rule would keep little more. */
    public Optional<Refusal> refuse(int length) {
        long most = bytes / 2;
        return length > most
                ? Optional.of(new Refusal(
                        Reason.TOO_LARGE,
                        "the event has " + length + " bytes, and the rule that keeps its topic takes " + most
                                + " at most, half of its size; store a file, or let an administrator raise the size in"
                                + " io.datahub.history.cfg"))
                : Optional.empty();
    }

    /** The prefix in UTF-8. */
    public byte[] prefixBytes() {
        return prefix.getBytes(StandardCharsets.UTF_8);
    }

    /** As in the configuration: for logs and messages, and for {@link #parse}. */
    @Override
    public String toString() {
        String limits = Stream.of(
                        age.equals(FOREVER) && bytes < Long.MAX_VALUE ? "" : age.toSeconds() + "s",
                        bytes == Long.MAX_VALUE ? "" : bytes + " B")
                .filter(limit -> !limit.isEmpty())
                .collect(Collectors.joining(", "));
        return (prefix.isEmpty() || prefix.endsWith("*") ? prefix + "*" : prefix) + ": " + limits;
    }
}
