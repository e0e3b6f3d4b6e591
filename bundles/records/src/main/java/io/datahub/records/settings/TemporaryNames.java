package io.datahub.records.settings;

import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.WildcardPattern;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Patterns of names that programs give to files that they haven't finished: {@code *} stands for any characters, {@code
 * ?} for one, and {@code XXXXXX} for six letters and digits that aren't all lower-case letters, as mkstemp(3) generates
 * them. A pattern that ends in {@code /} matches directories: everything below one is unfinished. Thread-safe.
 */
public final class TemporaryNames {

    private static final Pattern COMMA = Pattern.compile(",");

    private final List<WildcardPattern> files;
    private final List<WildcardPattern> directories;
    private final String text;

    private TemporaryNames(List<String> patterns) {
        files = patterns.stream()
                .filter(pattern -> !pattern.endsWith("/"))
                .map(WildcardPattern::ofName)
                .toList();
        directories = patterns.stream()
                .filter(pattern -> pattern.endsWith("/"))
                .map(pattern -> WildcardPattern.ofName(pattern.substring(0, pattern.length() - 1)))
                .toList();
        text = String.join(", ", patterns);
    }

    /** Parses patterns; each text may hold several, separated by commas. */
    public static TemporaryNames of(String... patterns) {
        return new TemporaryNames(Arrays.stream(patterns)
                .flatMap(text -> Arrays.stream(COMMA.split(text)))
                .map(String::strip)
                .filter(pattern -> !pattern.isEmpty())
                .toList());
    }

    /** Whether the last segment of the path matches, or one of the others matches a directory pattern. */
    public boolean contain(RecordPath path) {
        return anyMatches(files, path.name()) || isInTemporaryDirectory(path.parent());
    }

    private boolean isInTemporaryDirectory(RecordPath directory) {
        return !directories.isEmpty()
                && Stream.iterate(directory, above -> !above.isRoot(), RecordPath::parent)
                        .anyMatch(above -> anyMatches(directories, above.name()));
    }

    private static boolean anyMatches(List<WildcardPattern> patterns, String name) {
        return patterns.stream().anyMatch(pattern -> pattern.matches(name));
    }

    @Override
    public String toString() {
        return text;
    }
}
