package io.datahub.auth.users;

import io.datahub.auth.users.XmlTagScanner.Attribute;
import io.datahub.auth.users.XmlTagScanner.Kind;
import io.datahub.auth.users.XmlTagScanner.Tag;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds places in the text of a users file, and writes elements as their neighbours are written. Users are counted from
 * 0, in the order of the file.
 */
final class Markup {

    private static final Pattern INDENT = Pattern.compile("(\\R)([ \\t]*)$");
    private static final Pattern REFERENCE = Pattern.compile("&(#[0-9]+|#x[0-9a-fA-F]+|lt|gt|amp|quot|apos);");
    private static final Map<String, String> ENTITIES =
            Map.of("lt", "<", "gt", ">", "amp", "&", "quot", "\"", "apos", "'");
    private static final int HEX = 16;

    private final String text;
    private final CharsetEncoder encoder;
    private final List<Tag> tags;

    Markup(String text, Charset charset) {
        this.text = text;
        encoder = charset.newEncoder();
        tags = XmlTagScanner.tags(text);
    }

    List<Tag> tags() {
        return tags;
    }

    /** The start tag of a user. */
    Tag user(int place) {
        return nth(tags.stream().filter(tag -> isStart(tag, "user", 1)), place);
    }

    /** The start tags of this name in a user. */
    List<Tag> children(int place, String localName) {
        Tag user = user(place);
        int end = end(user).to();
        return tags.stream()
                .filter(tag -> tag.from() > user.from() && tag.from() < end && isStart(tag, localName, 2))
                .toList();
    }

    static Tag nth(Stream<Tag> tags, int place) {
        return tags.skip(place)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is nothing at " + place));
    }

    static boolean isStart(Tag tag, String localName, int depth) {
        return tag.kind() != Kind.END && tag.depth() == depth && tag.localName().equals(localName);
    }

    /** The tag that ends the element which this one begins; the same for an empty element. */
    Tag end(Tag start) {
        return start.kind() == Kind.EMPTY
                ? start
                : tags.stream()
                        .filter(tag ->
                                tag.kind() == Kind.END && tag.depth() == start.depth() && tag.from() > start.from())
                        .findFirst()
                        .orElseThrow();
    }

    /** The attributes of a tag, in order. */
    List<Attribute> attributes(Tag tag) {
        return XmlTagScanner.attributes(text, tag);
    }

    /** An attribute of a tag. */
    Optional<Attribute> attribute(Tag tag, String name) {
        return attributes(tag).stream()
                .filter(attribute -> attribute.name().equals(name))
                .findFirst();
    }

    /** The value of an attribute, with its references replaced. */
    String value(Attribute attribute) {
        return REFERENCE
                .matcher(text.substring(attribute.valueFrom(), attribute.valueTo()))
                .replaceAll(match -> Matcher.quoteReplacement(character(match.group(1))));
    }

    private static String character(String name) {
        if (name.startsWith("#x")) {
            return Character.toString(Integer.parseInt(name.substring(2), HEX));
        }
        return name.startsWith("#") ? Character.toString(Integer.parseInt(name.substring(1))) : ENTITIES.get(name);
    }

    /** The text with an element inserted in a user: behind the last one of this name, otherwise as the first one. */
    String inserted(int place, String localName, String element) {
        Tag user = user(place);
        if (user.kind() == Kind.EMPTY) {
            String opened = text.substring(user.from(), user.to() - 2).stripTrailing() + ">";
            return text.substring(0, user.from()) + opened + lineAt(user.from(), "  ") + element
                    + lineAt(user.from(), "") + "</" + user.name() + ">" + text.substring(user.to());
        }
        List<Tag> present = children(place, localName);
        Optional<Tag> last = present.isEmpty() ? Optional.empty() : Optional.of(present.get(present.size() - 1));
        int at = last.map(tag -> end(tag).to()).orElse(user.to());
        String before = last.map(tag -> lineAt(tag.from(), "")).orElseGet(() -> lineAt(user.from(), "  "));
        return text.substring(0, at) + before + element + text.substring(at);
    }

    /** A line break with the indentation of that position, and some more; empty if no line starts there. */
    String lineAt(int place, String more) {
        Matcher indent = INDENT.matcher(text.substring(0, place));
        return indent.find() ? indent.group(1) + indent.group(2) + more : "";
    }

    /** The text with an attribute set, or removed if there is no value. */
    String withAttribute(Tag tag, String name, Optional<String> value) {
        Optional<Attribute> present = attribute(tag, name);
        if (present.isPresent() && value.isPresent()) {
            return replaced(present.get().valueFrom(), present.get().valueTo(), escaped(value.get()));
        }
        if (present.isPresent()) {
            int from = present.get().from();
            while (Character.isWhitespace(text.charAt(from - 1))) {
                from--;
            }
            return replaced(from, present.get().valueTo() + 1, "");
        }
        List<Attribute> others = attributes(tag);
        int at = others.isEmpty()
                ? tag.from() + 1 + tag.name().length()
                : others.get(others.size() - 1).valueTo() + 1;
        return value.map(wanted -> replaced(at, at, " " + attribute(name, wanted)))
                .orElse(text);
    }

    String replaced(int from, int to, String with) {
        return text.substring(0, from) + with + text.substring(to);
    }

    /** An attribute as it is written. */
    String attribute(String name, String value) {
        return name + "=\"" + escaped(value) + "\"";
    }

    String escaped(String value) {
        StringBuilder escaped = new StringBuilder();
        value.codePoints().forEach(c -> {
            String character = Character.toString(c);
            if (c < ' ' || "<>&\"'".contains(character) || !encoder.canEncode(character)) {
                escaped.append("&#").append(c).append(';');
            } else {
                escaped.append(character);
            }
        });
        return escaped.toString();
    }
}
