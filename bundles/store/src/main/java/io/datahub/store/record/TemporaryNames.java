package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import io.datahub.api.validation.WildcardPattern;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Patterns of the names that programs give to files that they haven't finished: {@code *} stands for any characters,
 * {@code ?} for one, and {@code XXXXXX} for six letters and digits that aren't all small letters, as mkstemp(3) makes
 * them. A pattern that ends in {@code /} is for directories: everything below one is unfinished. For any thread.
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

    /** Reads patterns; each text may hold several, with commas between. */
    public static TemporaryNames of(String... patterns) {
        return new TemporaryNames(Arrays.stream(patterns)
                .flatMap(text -> Arrays.stream(COMMA.split(text)))
                .map(String::strip)
                .filter(pattern -> !pattern.isEmpty())
                .toList());
    }

    /** Whether the last segment of the path is such a name, or one of the others is such a directory's. */
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
