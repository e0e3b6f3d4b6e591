package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Patterns of the names that programs give to files that they haven't finished: {@code *} stands for any characters,
 * {@code ?} for one, and {@code XXXXXX} for six letters and digits that aren't all small letters, as mkstemp(3) makes
 * them. For any thread.
 */
public final class TemporaryNames {

    private static final Pattern COMMA = Pattern.compile(",");
    private static final String RANDOM = "XXXXXX";

    private final List<String> patterns;
    private final Pattern regex;

    private TemporaryNames(List<String> patterns) {
        this.patterns = patterns;
        regex = Pattern.compile(
                patterns.stream().map(TemporaryNames::regex).collect(Collectors.joining("|")), Pattern.DOTALL);
    }

    /** Reads patterns; each text may hold several, with commas between. */
    public static TemporaryNames of(String... patterns) {
        return new TemporaryNames(Arrays.stream(patterns)
                .flatMap(text -> Arrays.stream(COMMA.split(text)))
                .map(String::strip)
                .filter(pattern -> !pattern.isEmpty())
                .toList());
    }

    private static String regex(String pattern) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            if (pattern.startsWith(RANDOM, i)) {
                regex.append("(?![a-z]{6})[A-Za-z0-9]{6}");
                i += RANDOM.length() - 1;
            } else if (pattern.charAt(i) == '*') {
                regex.append(".*");
            } else if (pattern.charAt(i) == '?') {
                regex.append('.');
            } else {
                regex.append(Pattern.quote(String.valueOf(pattern.charAt(i))));
            }
        }
        return regex.toString();
    }

    /** Whether the last segment of the path is such a name. */
    public boolean contain(RecordPath path) {
        return !patterns.isEmpty() && regex.matcher(path.name()).matches();
    }

    @Override
    public String toString() {
        return String.join(", ", patterns);
    }
}
