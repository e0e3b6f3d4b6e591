package io.datahub.auth.users;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the tags of a well-formed XML text without a DOCTYPE, with their positions in it, which an XML parser doesn't
 * report: they are needed to edit one place and leave every other character unchanged.
 */
final class XmlTagScanner {

    private XmlTagScanner() {}

    /**
     * A tag.
     *
     * @param kind its kind
     * @param name as written, with its prefix
     * @param depth the number of enclosing elements
     * @param from the position of its {@code <}
     * @param to the position after its {@code >}
     */
    record Tag(Kind kind, String name, int depth, int from, int to) {

        String localName() {
            return name.substring(name.indexOf(':') + 1);
        }

        /** The name's prefix with its colon, or empty. */
        String prefix() {
            return name.substring(0, name.indexOf(':') + 1);
        }
    }

    /** The kinds of tags. */
    enum Kind {
        START,
        EMPTY,
        END
    }

    /** All tags in order. */
    static List<Tag> tags(String text) {
        List<Tag> tags = new ArrayList<>();
        int depth = 0;
        for (int from = text.indexOf('<'); from >= 0; ) {
            int to;
            if (text.startsWith("<!--", from)) {
                to = behind(text, "-->", from + 4);
            } else if (text.startsWith("<![CDATA[", from)) {
                to = behind(text, "]]>", from);
            } else if (text.startsWith("<?", from)) {
                to = behind(text, "?>", from);
            } else {
                to = behindTag(text, from);
                Kind kind = kind(text, from, to);
                depth -= kind == Kind.END ? 1 : 0;
                tags.add(new Tag(kind, name(text, from + (kind == Kind.END ? 2 : 1)), depth, from, to));
                depth += kind == Kind.START ? 1 : 0;
            }
            from = text.indexOf('<', to);
        }
        return tags;
    }

    /**
     * An attribute.
     *
     * @param name as written
     * @param from the position of its name
     * @param valueFrom the position after the opening quote of its value
     * @param valueTo the position of the closing quote of its value
     */
    record Attribute(String name, int from, int valueFrom, int valueTo) {}

    /** The attributes of a start tag or empty element tag, in order. */
    static List<Attribute> attributes(String text, Tag tag) {
        List<Attribute> attributes = new ArrayList<>();
        int from = tag.from() + 1 + tag.name().length();
        for (int equals = text.indexOf('=', from); equals >= 0 && equals < tag.to(); equals = text.indexOf('=', from)) {
            int quote = equals + 1;
            while (text.charAt(quote) != '"' && text.charAt(quote) != '\'') {
                quote++;
            }
            int end = text.indexOf(text.charAt(quote), quote + 1);
            String name = text.substring(from, equals).strip();
            attributes.add(new Attribute(name, text.indexOf(name, from), quote + 1, end));
            from = end + 1;
        }
        return attributes;
    }

    private static int behind(String text, String end, int from) {
        int at = text.indexOf(end, from);
        if (at < 0) {
            throw new IllegalArgumentException("the text is not well-formed");
        }
        return at + end.length();
    }

    private static int behindTag(String text, int from) {
        char quote = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '>') {
                return i + 1;
            }
        }
        throw new IllegalArgumentException("the text is not well-formed");
    }

    private static Kind kind(String text, int from, int to) {
        if (text.charAt(from + 1) == '/') {
            return Kind.END;
        }
        return text.charAt(to - 2) == '/' ? Kind.EMPTY : Kind.START;
    }

    private static String name(String text, int from) {
        int to = from;
        while (" \t\r\n/>".indexOf(text.charAt(to)) < 0) {
            to++;
        }
        return text.substring(from, to);
    }
}
