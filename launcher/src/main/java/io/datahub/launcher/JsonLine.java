package io.datahub.launcher;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Converts a line of the JSON log to the text log format. */
final class JsonLine {

    private static final String PREFIX = "{\"time\":\"";
    private static final String SUFFIX = "\"}";

    /** Can't occur within a value, where quotes are escaped. */
    private static final Pattern SEPARATOR = Pattern.compile("\",\"(?:level|logger|message|exception)\":\"");

    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u(\\p{XDigit}{4})|(.))");
    private static final int FIELDS = 5;

    private JsonLine() {}

    /** Returns the log entry and the lines of its stack trace; the line itself if it isn't such an object. */
    static Stream<String> toText(String line) {
        if (!line.startsWith(PREFIX) || !line.endsWith(SUFFIX)) {
            return Stream.of(line);
        }
        String[] values = SEPARATOR.split(line.substring(PREFIX.length(), line.length() - SUFFIX.length()), -1);
        if (values.length != FIELDS) {
            return Stream.of(line);
        }
        String entry = values[0] + " " + values[1] + " " + unescape(values[2]) + " - " + unescape(values[3]);
        return Stream.concat(Stream.of(entry), unescape(values[4]).lines());
    }

    private static String unescape(String escaped) {
        return ESCAPE.matcher(escaped).replaceAll(escape -> Matcher.quoteReplacement(character(escape)));
    }

    private static String character(MatchResult escape) {
        if (escape.group(1) != null) {
            return Character.toString(Integer.parseInt(escape.group(1), 16));
        }
        return switch (escape.group(2)) {
            case "n" -> "\n";
            case "r" -> "\r";
            case "t" -> "\t";
            default -> escape.group(2);
        };
    }
}
