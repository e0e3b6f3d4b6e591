package io.datahub.api.validation;

import io.datahub.api.path.RecordPath;

/**
 * A path pattern: {@code *} matches any characters but {@code /}, {@code ?} one of them, {@code **} any characters at
 * all, and a {@code **} that is a whole segment any number of segments, including none. All other characters match
 * themselves, and the pattern must match the whole path: {@code **}{@code /*.xml} is every XML file, also in the root.
 * Matching never backtracks: it takes time proportional to the length of the path times that of the pattern.
 */
public final class PathPattern {

    private final WildcardPattern pattern;

    private PathPattern(WildcardPattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Parses a pattern.
     *
     * @param text the pattern
     * @return the pattern
     * @throws IllegalArgumentException if it is empty or longer than {@link WildcardPattern#MAX_LENGTH}
     */
    public static PathPattern of(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a path pattern is empty; ** matches every path");
        }
        return new PathPattern(WildcardPattern.ofPath(text));
    }

    /**
     * Whether the pattern matches a path.
     *
     * @param path a path
     * @return whether it does
     */
    public boolean matches(RecordPath path) {
        return pattern.matches(path.toString());
    }

    @Override
    public String toString() {
        return pattern.toString();
    }
}
