package io.datahub.api.validation;

import io.datahub.api.record.RecordPath;
import java.util.regex.Pattern;

/**
 * A pattern of paths: {@code *} stands for any characters but {@code /}, {@code ?} for one of them, {@code **} for any
 * characters at all, and a {@code **} that is a whole segment for any number of segments, none included. Everything
 * else stands for itself, and the pattern must cover the whole path: {@code **}{@code /*.xml} is every XML file, also at
 * the top.
 */
public final class PathPattern {

    private final String text;
    private final Pattern regex;

    private PathPattern(String text, Pattern regex) {
        this.text = text;
        this.regex = regex;
    }

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public static PathPattern of(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a path pattern is empty; ** stands for every path");
        }
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.startsWith("**/", i) && (i == 0 || text.charAt(i - 1) == '/')) {
                regex.append("(?:.*/)?");
                i += 2;
            } else if (text.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else if (text.charAt(i) == '*') {
                regex.append("[^/]*");
            } else if (text.charAt(i) == '?') {
                regex.append("[^/]");
            } else {
                regex.append(Pattern.quote(String.valueOf(text.charAt(i))));
            }
        }
        return new PathPattern(text, Pattern.compile(regex.toString(), Pattern.DOTALL));
    }

    public boolean matches(RecordPath path) {
        return regex.matcher(path.toString()).matches();
    }

    @Override
    public String toString() {
        return text;
    }
}
