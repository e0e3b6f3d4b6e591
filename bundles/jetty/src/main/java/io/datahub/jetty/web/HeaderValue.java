package io.datahub.jetty.web;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The value of a header with parameters, such as {@code Content-Type} (RFC 9110, 5.6.6).
 *
 * @param parameters by name in lower case, without quotes
 */
public record HeaderValue(Map<String, String> parameters) {

    public HeaderValue {
        parameters = Map.copyOf(parameters);
    }

    /** Parses a value; refused with {@link Reason#BAD_REQUEST} if it is malformed or contains a parameter twice. */
    public static Result<HeaderValue> parse(String value) {
        Map<String, String> parameters = new HashMap<>();
        for (int at = end(value, 0); at < value.length(); ) {
            int begin = skipBlanks(value, at + 1);
            at = begin;
            if (begin == value.length() || value.charAt(begin) == ';') {
                continue;
            }
            int equals = value.indexOf('=', begin);
            if (equals < 0 || equals > end(value, begin)) {
                return malformed(value);
            }
            String name = value.substring(begin, equals).strip().toLowerCase(Locale.ROOT);
            StringBuilder text = new StringBuilder();
            at = text(value, skipBlanks(value, equals + 1), text);
            if (at < 0 || name.isEmpty() || parameters.put(name, text.toString()) != null) {
                return malformed(value);
            }
        }
        return Result.done(new HeaderValue(parameters));
    }

    /** The media type without its parameters. */
    public static String mediaType(String type) {
        int parameters = type.indexOf(';');
        return (parameters < 0 ? type : type.substring(0, parameters)).strip();
    }

    private static int end(String value, int from) {
        int semicolon = value.indexOf(';', from);
        return semicolon < 0 ? value.length() : semicolon;
    }

    private static int skipBlanks(String value, int from) {
        int at = from;
        while (at < value.length() && (value.charAt(at) == ' ' || value.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }

    /**
     * Parses the value of a parameter.
     *
     * @return the index of its end; negative if it is malformed
     */
    private static int text(String value, int from, StringBuilder text) {
        if (from < value.length() && value.charAt(from) == '"') {
            int quote = unquote(value, from + 1, text);
            int at = skipBlanks(value, quote + 1);
            return quote >= 0 && (at >= value.length() || value.charAt(at) == ';') ? at : -1;
        }
        String unquoted = value.substring(from, end(value, from)).strip();
        text.append(unquoted);
        return unquoted.indexOf('"') >= 0 ? -1 : end(value, from);
    }

    /**
     * Reads up to the next quote. A backslash escapes a quote or a backslash; before any other character it is literal,
     * as in the Windows paths that some browsers send.
     */
    private static int unquote(String value, int from, StringBuilder text) {
        for (int i = from; i < value.length(); i++) {
            char c = value.charAt(i);
            char next = i + 1 < value.length() ? value.charAt(i + 1) : 0;
            if (c == '"') {
                return i;
            }
            if (c == '\\' && (next == '"' || next == '\\')) {
                i++;
                text.append(next);
            } else {
                text.append(c);
            }
        }
        return -1;
    }

    private static Result<HeaderValue> malformed(String value) {
        return Result.refused(Reason.BAD_REQUEST, "a header has a malformed or duplicate parameter: " + value);
    }

    public Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
    }
}
