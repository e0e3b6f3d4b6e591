package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import io.datahub.api.validation.WildcardPattern;
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

    private final List<WildcardPattern> patterns;

    private TemporaryNames(List<WildcardPattern> patterns) {
        this.patterns = patterns;
    }

    /** Reads patterns; each text may hold several, with commas between. */
    public static TemporaryNames of(String... patterns) {
        return new TemporaryNames(Arrays.stream(patterns)
                .flatMap(text -> Arrays.stream(COMMA.split(text)))
                .map(String::strip)
                .filter(pattern -> !pattern.isEmpty())
                .map(WildcardPattern::ofName)
                .toList());
    }

    /** Whether the last segment of the path is such a name. */
    public boolean contain(RecordPath path) {
        String name = path.name();
        return patterns.stream().anyMatch(pattern -> pattern.matches(name));
    }

    @Override
    public String toString() {
        return patterns.stream().map(WildcardPattern::toString).collect(Collectors.joining(", "));
    }
}
