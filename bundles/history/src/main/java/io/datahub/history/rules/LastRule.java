package io.datahub.history.rules;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Topics whose newest event is kept for later subscribers.
 *
 * @param prefix begins them; empty for all topics
 * @param topics how many there are at most; beyond, that which has had no event for the longest time is forgotten
 */
public record LastRule(String prefix, long topics) {

    private static final Pattern FORM = Pattern.compile("(?s)(.+?|\\*):\\s+([1-9][0-9]{0,8})\\s+topics");

    /**
     * Parses {@code PREFIX: COUNT topics}, separated by semicolons or line breaks; prefixes are as in
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
                if (!parts.matches()) {
                    throw new IllegalArgumentException("last has \"" + item.strip()
                            + "\"; each item is PREFIX: COUNT topics, such as status.: 100000 topics");
                }
                String prefix =
                        KeepRule.prefix("last", item.strip(), parts.group(1).strip());
                if (!prefixes.add(prefix)) {
                    throw new IllegalArgumentException("last has the prefix \"" + prefix + "\" twice; remove one");
                }
                rules.add(new LastRule(prefix, Long.parseLong(parts.group(2))));
            }
        }
        return List.copyOf(rules);
    }

    /** A readable form for logs and messages, as in the configuration. */
    @Override
    public String toString() {
        return (prefix.isEmpty() ? "*" : prefix) + ": " + topics + " topics";
    }
}
