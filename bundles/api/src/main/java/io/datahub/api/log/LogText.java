package io.datahub.api.log;

/**
 * Text of others for a line of a log. Whatever it holds, it stays within its line and its quotes, and shows as what it is:
 * quotes and backslashes get a backslash; control characters (C0, DEL, C1), line and paragraph separators, format characters
 * such as those that turn the direction of writing, and what is no character are written as <code>&#92;uXXXX</code>.
 */
public final class LogText {

    /** Longer texts are cut, in characters. */
    public static final int LONGEST = 1_024;

    private LogText() {}

    /** The text in quotes, cut after {@value #LONGEST} characters; {@code null} as if it were that word. */
    public static String quoted(Object text) {
        return '"' + escaped(text, LONGEST) + '"';
    }

    /** The text for between quotes; what is cut off shows as an ellipsis. */
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
