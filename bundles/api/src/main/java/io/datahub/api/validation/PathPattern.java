package io.datahub.api.validation;

import io.datahub.api.record.RecordPath;

/**
 * A pattern of paths: {@code *} stands for any characters but {@code /}, {@code ?} for one of them, {@code **} for any
 * characters at all, and a {@code **} that is a whole segment for any number of segments, none included. Everything
 * else stands for itself, and the pattern must cover the whole path: {@code **}{@code /*.xml} is every XML file, also at
 * the top. Matching never backtracks: it takes time proportional to the length of the path times that of the pattern.
 */
public final class PathPattern {

    private final WildcardPattern pattern;

    private PathPattern(WildcardPattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException if it is empty or longer than {@link WildcardPattern#MAX_LENGTH}
     */
    public static PathPattern of(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a path pattern is empty; ** stands for every path");
        }
        return new PathPattern(WildcardPattern.ofPath(text));
    }

    public boolean matches(RecordPath path) {
        return pattern.matches(path.toString());
    }

    @Override
    public String toString() {
        return pattern.toString();
    }
}
