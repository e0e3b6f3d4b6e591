package io.datahub.api.validation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A wildcard pattern that matches in time proportional to the length of the text times the length of the pattern,
 * whatever their content: it never backtracks. It must match the whole text. Immutable; thread-safe.
 *
 * <p>It keeps one row of flags, indexed by position in the text, that mark where the elements so far may end, and
 * computes the next row from it in one pass.
 */
public final class WildcardPattern {

    /** The maximum length of a pattern, in characters. */
    public static final int MAX_LENGTH = 4096;

    private enum Kind {
        LITERAL,
        ONE,
        ONE_IN_SEGMENT,
        ANY,
        ANY_IN_SEGMENT,
        DIRECTORIES,
        RANDOM
    }

    private record Element(Kind kind, String literal) {}

    private static final String RANDOM = "XXXXXX";

    private final String text;
    private final String prefix;
    private final List<Element> elements;

    private WildcardPattern(String text, List<Element> elements) {
        this.text = text;
        boolean literal = !elements.isEmpty() && elements.get(0).kind() == Kind.LITERAL;
        prefix = literal ? elements.get(0).literal() : "";
        this.elements = List.copyOf(literal ? elements.subList(1, elements.size()) : elements);
    }

    /**
     * Parses a text pattern: {@code *} matches any number of characters; all other characters match themselves.
     *
     * @param text the pattern
     * @return the pattern
     * @throws IllegalArgumentException if it is longer than {@link #MAX_LENGTH}
     */
    public static WildcardPattern ofText(String text) {
        Builder builder = new Builder(text);
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '*') {
                builder.add(Kind.ANY);
            } else {
                builder.literal(text.charAt(i));
            }
        }
        return builder.build();
    }

    /**
     * Parses a file name pattern: {@code *} matches any number of characters, {@code ?} one character, and {@code
     * XXXXXX} six ASCII letters and digits that aren't all lower-case letters, as mkstemp(3) generates them.
     *
     * @param text the pattern
     * @return the pattern
     * @throws IllegalArgumentException if it is longer than {@link #MAX_LENGTH}
     */
    public static WildcardPattern ofName(String text) {
        Builder builder = new Builder(text);
        for (int i = 0; i < text.length(); i++) {
            if (text.startsWith(RANDOM, i)) {
                builder.add(Kind.RANDOM);
                i += RANDOM.length() - 1;
            } else if (text.charAt(i) == '*') {
                builder.add(Kind.ANY);
            } else if (text.charAt(i) == '?') {
                builder.add(Kind.ONE);
            } else {
                builder.literal(text.charAt(i));
            }
        }
        return builder.build();
    }

    /**
     * Parses a path pattern, as defined by {@link PathPattern}.
     *
     * @param text the pattern
     * @return the pattern
     * @throws IllegalArgumentException if it is longer than {@link #MAX_LENGTH}
     */
    public static WildcardPattern ofPath(String text) {
        Builder builder = new Builder(text);
        for (int i = 0; i < text.length(); i++) {
            if (text.startsWith("**/", i) && (i == 0 || text.charAt(i - 1) == '/')) {
                builder.add(Kind.DIRECTORIES);
                i += 2;
            } else if (text.startsWith("**", i)) {
                builder.add(Kind.ANY);
                i++;
            } else if (text.charAt(i) == '*') {
                builder.add(Kind.ANY_IN_SEGMENT);
            } else if (text.charAt(i) == '?') {
                builder.add(Kind.ONE_IN_SEGMENT);
            } else {
                builder.literal(text.charAt(i));
            }
        }
        return builder.build();
    }

    /**
     * Whether the pattern matches the whole text.
     *
     * @param value any text
     * @return whether it does
     */
    public boolean matches(String value) {
        if (!value.startsWith(prefix)) {
            return false;
        }
        if (elements.isEmpty()) {
            return value.length() == prefix.length();
        }
        Element last = elements.get(elements.size() - 1);
        if (last.kind() == Kind.LITERAL
                && (value.length() < prefix.length() + last.literal().length() || !value.endsWith(last.literal()))) {
            return false;
        }
        boolean[] from = new boolean[value.length() + 1];
        boolean[] to = new boolean[value.length() + 1];
        from[prefix.length()] = true;
        for (Element element : elements) {
            Arrays.fill(to, false);
            if (!advance(element, value, from, to)) {
                return false;
            }
            boolean[] spare = from;
            from = to;
            to = spare;
        }
        return from[value.length()];
    }

    /**
     * Sets {@code to} where the element may end if it starts where {@code from} is set; returns whether it matches
     * anywhere.
     */
    private static boolean advance(Element element, String value, boolean[] from, boolean[] to) {
        boolean found = false;
        boolean open = false;
        for (int i = 0; i < from.length; i++) {
            switch (element.kind()) {
                case ANY, ANY_IN_SEGMENT -> {
                    boolean crossed = element.kind() == Kind.ANY || i == 0 || value.charAt(i - 1) != '/';
                    open = from[i] || (open && crossed);
                    to[i] = open;
                    found |= open;
                }
                case DIRECTORIES -> {
                    to[i] = from[i] || (open && value.charAt(i - 1) == '/');
                    open |= from[i];
                    found |= to[i];
                }
                default -> {
                    int length = from[i] ? length(element, value, i) : -1;
                    if (length >= 0) {
                        to[i + length] = true;
                        found = true;
                    }
                }
            }
        }
        return found;
    }

    /**
     * The number of characters that a non-repeating element matches at a position, or -1 if it doesn't match there.
     */
    private static int length(Element element, String value, int at) {
        if (element.kind() == Kind.LITERAL) {
            return value.startsWith(element.literal(), at) ? element.literal().length() : -1;
        }
        if (element.kind() == Kind.RANDOM) {
            return isRandom(value, at) ? RANDOM.length() : -1;
        }
        if (at == value.length() || (element.kind() == Kind.ONE_IN_SEGMENT && value.charAt(at) == '/')) {
            return -1;
        }
        return Character.charCount(value.codePointAt(at));
    }

    private static boolean isRandom(String value, int at) {
        if (value.length() - at < RANDOM.length()) {
            return false;
        }
        boolean lowerOnly = true;
        for (int i = at; i < at + RANDOM.length(); i++) {
            char c = value.charAt(i);
            boolean lower = c >= 'a' && c <= 'z';
            if (!lower && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) {
                return false;
            }
            lowerOnly &= lower;
        }
        return !lowerOnly;
    }

    @Override
    public String toString() {
        return text;
    }

    /** Collects elements; adjacent literal characters are merged, and repeated wildcards are collapsed. */
    private static final class Builder {

        private final String text;
        private final List<Element> elements = new ArrayList<>();
        private final StringBuilder literal = new StringBuilder();

        Builder(String text) {
            if (text.length() > MAX_LENGTH) {
                throw new IllegalArgumentException("a pattern has " + text.length() + " characters; the most are "
                        + MAX_LENGTH + ": " + text.substring(0, 40) + "…");
            }
            this.text = text;
        }

        void literal(char c) {
            literal.append(c);
        }

        void add(Kind kind) {
            flush();
            boolean repeatable = kind == Kind.ANY || kind == Kind.ANY_IN_SEGMENT || kind == Kind.DIRECTORIES;
            if (!repeatable
                    || elements.isEmpty()
                    || elements.get(elements.size() - 1).kind() != kind) {
                elements.add(new Element(kind, ""));
            }
        }

        private void flush() {
            if (literal.length() > 0) {
                elements.add(new Element(Kind.LITERAL, literal.toString()));
                literal.setLength(0);
            }
        }

        WildcardPattern build() {
            flush();
            return new WildcardPattern(text, elements);
        }
    }
}
