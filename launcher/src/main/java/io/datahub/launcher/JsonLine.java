package io.datahub.launcher;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A line of the log where its format is JSON, in the form that it has where the format is text. */
final class JsonLine {

    private static final String BEGIN = "{\"time\":\"";
    private static final String END = "\"}";

    /** Within a value its quotes would be escaped. */
    private static final Pattern BETWEEN = Pattern.compile("\",\"(?:level|logger|message|exception)\":\"");

    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u(\\p{XDigit}{4})|(.))");
    private static final int VALUES = 5;

    private JsonLine() {}

    /** Returns the fact and the lines of its stack trace; the line itself if it isn't such an object. */
    static Stream<String> toText(String line) {
        if (!line.startsWith(BEGIN) || !line.endsWith(END)) {
            return Stream.of(line);
        }
        String[] values = BETWEEN.split(line.substring(BEGIN.length(), line.length() - END.length()), -1);
        if (values.length != VALUES) {
            return Stream.of(line);
        }
        String fact = values[0] + " " + values[1] + " " + plain(values[2]) + " - " + plain(values[3]);
        return Stream.concat(Stream.of(fact), plain(values[4]).lines());
    }

    private static String plain(String escaped) {
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
