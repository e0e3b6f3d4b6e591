package io.datahub.history.rules;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Topics whose newest event is kept for later subscribers.
 *
 * @param prefix begins them; empty for all topics
 * @param topics how many there are at most; beyond, that which has had no event for the longest time is forgotten
 * @param bytes how large their events are together at most; beyond, the same
 */
public record LastRule(String prefix, long topics, long bytes) {

    /** The size if a rule has none. */
    public static final long DEFAULT_BYTES = 1L << 30;

    /** An event has at most this part of the size of its rule. */
    private static final int MAX_SHARE = 16;

    private static final Pattern FORM =
            Pattern.compile("(?s)(.+?|\\*):\\s+([1-9][0-9]{0,8})\\s+topics(?:\\s*,\\s*(.+))?");

    /**
     * Parses {@code PREFIX: COUNT topics, SIZE}, where the size can be omitted, separated by semicolons or line breaks; prefixes are as in
     * {@link KeepRule#parse}.
     *
     * @param text the text; may be empty
     * @return the rules, each with a prefix of its own
     * @throws IllegalArgumentException if an item is malformed
     */
    public static List<LastRule> parse(String text) {
        List<LastRule> rules = new ArrayList<>();
        Set<String> prefixes = new HashSet<>();
        for (String item : text.split("[;\n]", -1)) {
            if (!item.isBlank()) {
                Matcher parts = FORM.matcher(item.strip());
                OptionalLong bytes = !parts.matches()
                        ? OptionalLong.empty()
                        : parts.group(3) == null ? OptionalLong.of(DEFAULT_BYTES) : KeepRule.size(parts.group(3));
                if (bytes.isEmpty()) {
                    throw new IllegalArgumentException("last has \"" + item.strip()
                            + "\"; each item is PREFIX: COUNT topics, such as status.: 100000 topics, or with a size:"
                            + " status.: 100000 topics, 100 MiB");
                }
                if (bytes.getAsLong() < KeepRule.MIN_BYTES) {
                    throw new IllegalArgumentException(
                            "last has \"" + item.strip() + "\"; the size must be from 1 MiB to 500000 TiB");
                }
                String prefix =
                        KeepRule.prefix("last", item.strip(), parts.group(1).strip());
                if (!prefixes.add(prefix)) {
                    throw new IllegalArgumentException("last has the prefix \"" + prefix + "\" twice; remove one");
                }
                rules.add(new LastRule(prefix, Long.parseLong(parts.group(2)), bytes.getAsLong()));
            }
        }
        return List.copyOf(rules);
    }

    /** Refuses an event that would leave too little for others. */
    public Optional<Refusal> refuse(int length) {
        long most = bytes / MAX_SHARE;
        return length > most
                ? Optional.of(new Refusal(
                        Reason.TOO_LARGE,
                        "the event has " + length + " bytes, and the rule for the newest events of its topic takes "
                                + most
                                + " at most, a sixteenth of its size; store a file, or let an administrator raise the"
                                + " size in io.datahub.history.cfg"))
                : Optional.empty();
    }

    /** A readable form for logs and messages, as in the configuration. */
    @Override
    public String toString() {
        return (prefix.isEmpty() ? "*" : prefix) + ": " + topics + " topics, " + bytes + " B";
    }
}
