package io.datahub.history.rules;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Topics whose events are recognized when they are published again.
 *
 * @param prefix begins them; empty for all topics
 * @param window how long an event is remembered, after which one with its topic, {@code id} and {@code source} is a new
 *     one
 */
public record DeduplicateRule(String prefix, Duration window) {

    private static final Duration MAX = Duration.ofDays(7);

    /**
     * Parses {@code PREFIX: TIME}, separated by semicolons or line breaks; prefixes and times are as in
     * {@link KeepRule#parse}.
     *
     * @param text the text; may be empty
     * @return the rules, each with a prefix of its own
     * @throws IllegalArgumentException if an item is malformed
     */
    public static List<DeduplicateRule> parse(String text) {
        List<DeduplicateRule> rules = new ArrayList<>();
        Set<String> prefixes = new HashSet<>();
        for (String item : text.split("[;\n]", -1)) {
            if (!item.isBlank()) {
                DeduplicateRule rule = rule(item.strip());
                if (!prefixes.add(rule.prefix)) {
                    throw new IllegalArgumentException(
                            "deduplicate has the prefix \"" + rule.prefix + "\" twice; remove one");
                }
                rules.add(rule);
            }
        }
        return List.copyOf(rules);
    }

    private static DeduplicateRule rule(String item) {
        int colon = item.lastIndexOf(':');
        Duration window = colon < 1
                ? Duration.ZERO
                : KeepRule.age(item.substring(colon + 1).strip()).orElse(Duration.ZERO);
        if (window.isZero() || window.compareTo(MAX) > 0) {
            throw new IllegalArgumentException(
                    "deduplicate has \"" + item + "\"; each item is PREFIX: TIME, from 1s to 7d, such as build.: 10m");
        }
        return new DeduplicateRule(
                KeepRule.prefix("deduplicate", item, item.substring(0, colon).strip()), window);
    }

    /** As in the configuration, for logs and messages. */
    @Override
    public String toString() {
        return (prefix.isEmpty() ? "*" : prefix) + ": " + window.toSeconds() + "s";
    }
}
