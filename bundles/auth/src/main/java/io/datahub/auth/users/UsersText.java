package io.datahub.auth.users;

import io.datahub.api.user.SshPublicKey;
import io.datahub.auth.users.XmlTagScanner.Attribute;
import io.datahub.auth.users.XmlTagScanner.Tag;
import java.io.ByteArrayInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
        Markup markup = markup();
        String token = "<" + markup.user(place).prefix() + "token sha256=\"" + added.value() + "\""
                + (added.label().isEmpty() ? "" : " " + markup.attribute("label", added.label()))
                + added.created().map(time -> " created=\"" + time + "\"").orElse("")
                + added.expires().map(end -> " expires=\"" + end + "\"").orElse("")
                + added.parent().map(value -> " parent=\"" + value + "\"").orElse("") + "/>";
        return markup.inserted(place, "token", token).getBytes(charset);
    }

    /**
     * The file with an SSH key added.
     *
     * @param place the user's position among the users, from 0
     */
    byte[] withKey(int place, String label, SshPublicKey key) {
        Markup markup = markup();
        String name = markup.user(place).prefix() + "ssh-key";
        String element = "<" + name + (label.isEmpty() ? "" : " " + markup.attribute("label", label)) + ">" + key + "</"
                + name + ">";
        return markup.inserted(place, "token", element).getBytes(charset);
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
        Markup markup = markup();
        Tag token = Markup.nth(markup.children(place, "token").stream(), index);
        int from = token.from();
        int to = markup.end(token).to();
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
        Tag token = token(place, index);
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
            if (!Markup.isStart(tag, "token", 2)) {
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

    /** The file without the user at this position among the users, from 0. */
    byte[] withoutUser(int place) {
        return bytes(UsersTextRemoval.withoutUser(text, place));
    }

    /**
     * The file with an element {@code allow} removed.
     *
     * @param place the user's position among the users, from 0
     * @param index its position among those of that user, from 0
     */
    byte[] withoutAllow(int place, int index) {
        return bytes(UsersTextRemoval.withoutChild(text, place, "allow", index));
    }

    /**
     * The file with a trust rule removed.
     *
     * @param place the user's position among the users, from 0
     * @param index its position among those of that user, from 0
     */
    byte[] withoutTrust(int place, int index) {
        return bytes(UsersTextRemoval.withoutChild(text, place, "trust", index));
    }

    /** The text, to find other places in it. */
    Markup markup() {
        return new Markup(text, charset);
    }

    /** The file with another text. */
    byte[] bytes(String changed) {
        return changed.getBytes(charset);
    }

    /** The file without any credentials of the user at this position among the users, from 0. */
    byte[] withoutCredentials(int place) {
        return UsersTextRemoval.withoutCredentials(text, place).getBytes(charset);
    }

    private Tag token(int place, int index) {
        return Markup.nth(markup().children(place, "token").stream(), index);
    }
}
