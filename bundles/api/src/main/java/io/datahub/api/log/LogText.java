package io.datahub.api.log;

/**
 * Escapes untrusted text for log lines. The result never leaves its line or its quotes: quotes and backslashes are
 * escaped by a backslash; control characters (C0, DEL, C1), line and paragraph separators, format characters such as
 * those that change the writing direction, and code points that are not characters are written as
 * <code>&#92;uXXXX</code>.
 */
public final class LogText {

    /** The maximum length in characters; longer text is truncated. */
    public static final int LONGEST = 1_024;

    private LogText() {}

    /**
     * The text in quotes, truncated to {@value #LONGEST} characters; {@code null} is written as that word.
     *
     * @param text any text, also from outside
     * @return the value for a log line
     */
    public static String quoted(Object text) {
        return '"' + escaped(text, LONGEST) + '"';
    }

    /**
     * The escaped text without quotes; truncation is marked by an ellipsis.
     *
     * @param text what to escape; null is written as such
     * @param longest the maximum number of characters
     * @return the escaped text
     */
    public static String escaped(Object text, int longest) {
        String whole = String.valueOf(text);
        StringBuilder line = new StringBuilder(Math.min(whole.length(), longest) + 16);
        int at = 0;
        int count = 0;
        while (at < whole.length() && count < longest) {
            int character = whole.codePointAt(at);
            append(line, character);
            at += Character.charCount(character);
            count++;
        }
        return at < whole.length() ? line.append('…').toString() : line.toString();
    }

    private static void append(StringBuilder line, int character) {
        if (character == '"' || character == '\\') {
            line.append('\\').append((char) character);
        } else if (isPlain(character)) {
            line.appendCodePoint(character);
        } else {
            for (char unit : Character.toChars(character)) {
                line.append(String.format("\\u%04x", (int) unit));
            }
        }
    }

    private static boolean isPlain(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
