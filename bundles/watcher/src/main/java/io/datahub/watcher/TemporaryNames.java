package io.datahub.watcher;

import io.datahub.api.record.RecordPath;
import io.datahub.api.validation.PathPattern;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Names that programs give to files they haven't finished. */
final class TemporaryNames {

    private static final Pattern COMMA = Pattern.compile(",");

    private final List<PathPattern> patterns;

    /** Takes patterns of a single name, as {@link PathPattern} reads them; each text may hold several, with commas between. */
    TemporaryNames(String... patterns) {
        this.patterns = Arrays.stream(patterns)
                .flatMap(text -> Arrays.stream(COMMA.split(text)))
                .map(String::strip)
                .filter(pattern -> !pattern.isEmpty())
                .map(PathPattern::of)
                .toList();
    }

    boolean contain(RecordPath path) {
        RecordPath name = RecordPath.of(path.name());
        return patterns.stream().anyMatch(pattern -> pattern.matches(name));
    }
}
