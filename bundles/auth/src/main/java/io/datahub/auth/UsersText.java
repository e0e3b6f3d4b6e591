package io.datahub.auth;

import io.datahub.auth.Markup.Kind;
import io.datahub.auth.Markup.Tag;
import java.io.ByteArrayInputStream;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** The text of a good users file, changed in one spot: comments, spaces and everything else stay as they were. */
final class UsersText {

    private static final Pattern INDENT = Pattern.compile("(\\R)([ \\t]*)$");

    private final String text;
    private final Charset charset;

    /**
     * @throws InvalidUsersException if its encoding isn't understood, so that it can't be written back as it was
     */
    UsersText(byte[] bytes) throws InvalidUsersException {
        charset = charset(bytes);
        text = new String(bytes, charset);
        if (!Arrays.equals(text.getBytes(charset), bytes)) {
            throw new InvalidUsersException("the file isn't plain " + charset, null);
        }
    }

    private static Charset charset(byte[] bytes) throws InvalidUsersException {
        try {
            XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            XMLStreamReader xml = factory.createXMLStreamReader(new ByteArrayInputStream(bytes));
            String name = Optional.ofNullable(xml.getEncoding()).orElse(xml.getCharacterEncodingScheme());
            xml.close();
            return name == null ? StandardCharsets.UTF_8 : Charset.forName(name);
        } catch (XMLStreamException | IllegalArgumentException e) {
            throw new InvalidUsersException("its encoding isn't understood", e);
        }
    }

    /**
     * The file with one more token.
     *
     * @param place the user's place among the users, from 0
     */
    byte[] withToken(int place, String sha256, String label, Instant created, Optional<Instant> expires) {
        List<Tag> tags = Markup.tags(text);
        Tag user = tags.stream()
                .filter(tag -> isStart(tag, "user", 1))
                .skip(place)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no user at " + place));
        String token = "<" + user.prefix() + "token sha256=\"" + sha256 + "\""
                + (label.isEmpty() ? "" : " label=\"" + escaped(label) + "\"")
                + " created=\"" + created.truncatedTo(ChronoUnit.SECONDS) + "\""
                + expires.map(end -> " expires=\"" + end + "\"").orElse("") + "/>";
        return insert(user, tags, token).getBytes(charset);
    }

    private static boolean isStart(Tag tag, String localName, int depth) {
        return tag.kind() != Kind.END && tag.depth() == depth && tag.localName().equals(localName);
    }

    private String insert(Tag user, List<Tag> tags, String token) {
        if (user.kind() == Kind.EMPTY) {
            String opened = text.substring(user.from(), user.to() - 2).stripTrailing() + ">";
            return text.substring(0, user.from()) + opened + lineAt(user.from(), "  ") + token + lineAt(user.from(), "")
                    + "</" + user.name() + ">" + text.substring(user.to());
        }
        int end = tags.stream()
                .filter(tag -> tag.kind() == Kind.END && tag.depth() == 1 && tag.from() > user.from())
                .findFirst()
                .orElseThrow()
                .from();
        Predicate<Tag> inside = tag -> tag.from() > user.from() && tag.to() <= end && tag.depth() == 2;
        Optional<Tag> last = tags.stream()
                .filter(inside.and(tag -> tag.localName().equals("token")))
                .reduce((earlier, later) -> later);
        int at = last.map(Tag::to).orElse(user.to());
        String before = last.isPresent() ? lineAt(start(last.get(), tags), "") : lineAt(user.from(), "  ");
        return text.substring(0, at) + before + token + text.substring(at);
    }

    /** Where the element begins that this tag ends, if it does. */
    private static int start(Tag tag, List<Tag> tags) {
        return tag.kind() == Kind.END ? tags.get(tags.indexOf(tag) - 1).from() : tag.from();
    }

    /** A line break and the indentation of what stands at that place, and some more; nothing if no line begins there. */
    private String lineAt(int place, String more) {
        Matcher indent = INDENT.matcher(text.substring(0, place));
        return indent.find() ? indent.group(1) + indent.group(2) + more : "";
    }

    private String escaped(String label) {
        CharsetEncoder encoder = charset.newEncoder();
        StringBuilder escaped = new StringBuilder();
        label.codePoints().forEach(c -> {
            String character = Character.toString(c);
            if ("<>&\"'".contains(character) || !encoder.canEncode(character)) {
                escaped.append("&#").append(c).append(';');
            } else {
                escaped.append(character);
            }
        });
        return escaped.toString();
    }
}
