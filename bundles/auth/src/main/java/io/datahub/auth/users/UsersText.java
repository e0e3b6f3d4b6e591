package io.datahub.auth.users;

import io.datahub.api.user.SshPublicKey;
import io.datahub.auth.users.XmlTagScanner.Attribute;
import io.datahub.auth.users.XmlTagScanner.Kind;
import io.datahub.auth.users.XmlTagScanner.Tag;
import java.io.ByteArrayInputStream;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** The text of a valid users file, edited in one place: comments, spaces and everything else are preserved. */
final class UsersText {

    private static final Pattern INDENT = Pattern.compile("(\\R)([ \\t]*)$");
    private static final Pattern REST = Pattern.compile("^[ \\t]*(?=\\R)");

    private final String text;
    private final Charset charset;

    /** @throws InvalidUsersException if its encoding isn't supported, so that it can't be written back unchanged */
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
            throw new InvalidUsersException("its encoding isn't supported", e);
        }
    }

    /**
     * The file with a token added.
     *
     * @param place the user's position among the users, from 0
     */
    byte[] withToken(int place, StoredCredential added) {
        List<Tag> tags = XmlTagScanner.tags(text);
        Tag user = user(tags, place);
        String token = "<" + user.prefix() + "token sha256=\"" + added.value() + "\""
                + (added.label().isEmpty() ? "" : " label=\"" + escaped(added.label()) + "\"")
                + added.created().map(time -> " created=\"" + time + "\"").orElse("")
                + added.expires().map(end -> " expires=\"" + end + "\"").orElse("")
                + added.parent().map(value -> " parent=\"" + value + "\"").orElse("") + "/>";
        return insert(user, tags, token).getBytes(charset);
    }

    /**
     * The file with an SSH key added.
     *
     * @param place the user's position among the users, from 0
     */
    byte[] withKey(int place, String label, SshPublicKey key) {
        List<Tag> tags = XmlTagScanner.tags(text);
        Tag user = user(tags, place);
        String name = user.prefix() + "ssh-key";
        String element = "<" + name + (label.isEmpty() ? "" : " label=\"" + escaped(label) + "\"") + ">" + key + "</"
                + name + ">";
        return insert(user, tags, element).getBytes(charset);
    }

    /** The file without an SSH key of the user at this position among the users, from 0. */
    byte[] withoutKey(int place, String sha256) {
        return UsersTextRemoval.withoutKey(text, place, sha256).getBytes(charset);
    }

    /**
     * The file with a token removed, including its line if nothing else was on it.
     *
     * @param place the user's position among the users, from 0
     * @param index the token's position among the tokens of that user, from 0
     */
    byte[] withoutToken(int place, int index) {
        List<Tag> tags = XmlTagScanner.tags(text);
        Tag token = token(tags, place, index);
        int from = token.from();
        int to = token.kind() == Kind.EMPTY
                ? token.to()
                : tags.get(tags.indexOf(token) + 1).to();
        Matcher before = INDENT.matcher(text.substring(0, from));
        Matcher after = REST.matcher(text.substring(to));
        if (before.find() && after.find()) {
            from = before.start();
            to += after.end();
        }
        return (text.substring(0, from) + text.substring(to)).getBytes(charset);
    }

    /**
     * The file with another expiry of a token.
     *
     * @param place the user's position among the users, from 0
     * @param index the token's position among the tokens of that user, from 0
     */
    byte[] withTokenUntil(int place, int index, Instant end) {
        Tag token = token(XmlTagScanner.tags(text), place, index);
        List<Attribute> attributes = XmlTagScanner.attributes(text, token);
        Optional<Attribute> present = attributes.stream()
                .filter(each -> each.name().equals("expires"))
                .findFirst();
        int afterLast = attributes.get(attributes.size() - 1).valueTo() + 1; // each token has a hash
        int from = present.map(Attribute::valueFrom).orElse(afterLast);
        int to = present.map(Attribute::valueTo).orElse(afterLast);
        String written = present.isPresent() ? end.toString() : " expires=\"" + end + "\"";
        return (text.substring(0, from) + written + text.substring(to)).getBytes(charset);
    }

    /**
     * The file with the parents of tokens replaced.
     *
     * @param parents new parents by old parents, in lower-case hexadecimal
     */
    byte[] withParents(Map<String, String> parents) {
        StringBuilder changed = new StringBuilder();
        int done = 0;
        for (Tag tag : XmlTagScanner.tags(text)) {
            if (!isStart(tag, "token", 2)) {
                continue;
            }
            for (Attribute attribute : XmlTagScanner.attributes(text, tag)) {
                String value = text.substring(attribute.valueFrom(), attribute.valueTo());
                String parent = parents.get(value.toLowerCase(Locale.ROOT));
                if (parent != null && attribute.name().equals("parent")) {
                    changed.append(text, done, attribute.valueFrom()).append(parent);
                    done = attribute.valueTo();
                }
            }
        }
        return changed.append(text, done, text.length()).toString().getBytes(charset);
    }

    /** The file without these tokens, regardless of the owner. */
    byte[] withoutTokens(Set<String> hashes) {
        return UsersTextRemoval.withoutTokens(text, hashes).getBytes(charset);
    }

    /** The file without any credentials of the user at this position among the users, from 0. */
    byte[] withoutCredentials(int place) {
        return UsersTextRemoval.withoutCredentials(text, place).getBytes(charset);
    }

    private static Tag user(List<Tag> tags, int place) {
        return nth(tags.stream().filter(tag -> isStart(tag, "user", 1)), place);
    }

    private static Tag token(List<Tag> tags, int place, int index) {
        Tag user = user(tags, place);
        return nth(tags.stream().filter(tag -> tag.from() > user.from() && isStart(tag, "token", 2)), index);
    }

    private static Tag nth(Stream<Tag> tags, int place) {
        return tags.skip(place)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is nothing at " + place));
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

    /** The start of the element that this tag ends, if it does. */
    private static int start(Tag tag, List<Tag> tags) {
        return tag.kind() == Kind.END ? tags.get(tags.indexOf(tag) - 1).from() : tag.from();
    }

    /** A line break with the indentation of that position, and some more; empty if no line starts there. */
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
