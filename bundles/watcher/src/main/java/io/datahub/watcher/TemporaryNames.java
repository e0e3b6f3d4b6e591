package io.datahub.watcher;

import io.datahub.api.record.RecordPath;
import io.datahub.api.validation.PathPattern;
import java.util.Arrays;
import java.util.List;

/** Names that programs give to files they haven't finished. */
final class TemporaryNames {

    private final List<PathPattern> patterns;

    /** Takes patterns of a single name, as {@link PathPattern} reads them. */
    TemporaryNames(String... patterns) {
        this.patterns = Arrays.stream(patterns).map(PathPattern::of).toList();
    }

    boolean contain(RecordPath path) {
        RecordPath name = RecordPath.of(path.name());
        return patterns.stream().anyMatch(pattern -> pattern.matches(name));
    }
}
