package io.datahub.auth;

import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.auth.StoredCredential.Kind;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads a users file, strictly: whatever it doesn't know, it refuses, so that nobody gets more than was meant. The rules
 * that depend on the time are the validator's. For one file and one thread.
 */
final class UsersReader {

    static final String NAMESPACE = "urn:datahub:broker-users:1";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
    private static final Pattern SHA256 = Pattern.compile("[0-9A-Fa-f]{64}");
    private static final int KEY_CHARACTERS = 40;

    private final XMLStreamReader xml;
    private final Map<String, List<Allow>> roles = new HashMap<>();
    private final List<Draft> drafts = new ArrayList<>();

    /** A grant whose {@code {user}} isn't filled in yet. */
    private record Allow(Action action, String what, String origin) {
        Grant to(String user) {
            return new Grant(action, what.replace("{user}", user), origin);
        }
    }

    /** A user whose roles may stand further down in the file. */
    private record Draft(
            String name, Set<String> roles, boolean disabled, List<Allow> own, List<StoredCredential> credentials) {}

    private UsersReader(XMLStreamReader xml) {
        this.xml = xml;
    }

    /**
     * Reads a users file.
     *
     * @throws InvalidUsersException if it is none; the message says where and why
     */
    static Users read(byte[] bytes) throws InvalidUsersException {
        try {
            XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setProperty(XMLInputFactory.IS_COALESCING, true);
            return new UsersReader(factory.createXMLStreamReader(new ByteArrayInputStream(bytes))).document();
        } catch (XMLStreamException | RuntimeException e) {
            throw new InvalidUsersException(String.valueOf(e.getMessage()), e);
        }
    }

    private Users document() throws XMLStreamException, InvalidUsersException {
        while (xml.next() != XMLStreamConstants.START_ELEMENT) {
            require(xml.getEventType() != XMLStreamConstants.DTD, "a DOCTYPE is not allowed");
        }
        require(isElement("broker-users"), "the root must be broker-users of the namespace " + NAMESPACE);
        attributes(Set.of());
        while (nextChild()) {
            if (isElement("role")) {
                role();
            } else if (isElement("user")) {
                user();
            } else {
                throw unexpected();
            }
        }
        while (xml.hasNext()) {
            xml.next();
        }
        List<StoredUser> users = new ArrayList<>();
        for (Draft draft : drafts) {
            users.add(finish(draft));
        }
        require(users.stream().anyMatch(UsersReader::isAdministrator), "there is no enabled administrator");
        return new Users(users);
    }

    private static boolean isAdministrator(StoredUser user) {
        return user.user().isAdmin() && !user.disabled() && !user.credentials().isEmpty();
    }

    private void role() throws XMLStreamException, InvalidUsersException {
        attributes(Set.of("name"));
        String name = name();
        require(!isBuiltIn(name), "the role " + name + " is built in");
        List<Allow> allows = new ArrayList<>();
        while (nextChild()) {
            allow(allows, "role " + name);
        }
        require(roles.put(name, allows) == null, "there are two roles named " + name);
    }

    private void user() throws XMLStreamException, InvalidUsersException {
        attributes(Set.of("name", "roles", "disabled"));
        String name = name();
        Set<String> wanted = words(xml.getAttributeValue(null, "roles"));
        boolean disabled = flag(xml.getAttributeValue(null, "disabled"));
        List<Allow> own = new ArrayList<>();
        List<StoredCredential> credentials = new ArrayList<>();
        while (nextChild()) {
            if (isElement("allow")) {
                allow(own, "user " + name);
            } else {
                credentials.add(credential());
            }
        }
        require(
                !name.equals(User.ANONYMOUS) || credentials.isEmpty(),
                "the user " + User.ANONYMOUS + " comes without credentials");
        require(
                !name.equals(User.ANONYMOUS) || !wanted.contains(User.ADMIN),
                "the user " + User.ANONYMOUS + " can't be an administrator");
        drafts.add(new Draft(name, wanted, disabled, own, credentials));
    }

    private StoredUser finish(Draft draft) throws InvalidUsersException {
        List<Grant> grants = new ArrayList<>();
        for (String role : draft.roles()) {
            require(isBuiltIn(role) || roles.containsKey(role), "there is no role named " + role);
            roles.getOrDefault(role, List.of()).forEach(allow -> grants.add(allow.to(draft.name())));
        }
        draft.own().forEach(allow -> grants.add(allow.to(draft.name())));
        return new StoredUser(new User(draft.name(), draft.roles(), grants), draft.disabled(), draft.credentials());
    }

    private void allow(List<Allow> allows, String origin) throws XMLStreamException, InvalidUsersException {
        if (!isElement("allow")) {
            throw unexpected();
        }
        for (int i = 0; i < xml.getAttributeCount(); i++) {
            if (xml.getAttributeNamespace(i) == null
                    || xml.getAttributeNamespace(i).isEmpty()) {
                allows.add(new Allow(action(xml.getAttributeLocalName(i)), xml.getAttributeValue(i), origin));
            }
        }
        end();
    }

    private Action action(String word) throws InvalidUsersException {
        for (Action action : Action.values()) {
            if (action.word().equals(word)) {
                return action;
            }
        }
        throw invalid("allow has no attribute " + word);
    }

    private StoredCredential credential() throws XMLStreamException, InvalidUsersException {
        if (isElement("token")) {
            attributes(Set.of("sha256", "label", "created", "expires"));
            Optional<Instant> expires = time("expires");
            time("created");
            String label =
                    Optional.ofNullable(xml.getAttributeValue(null, "label")).orElse("");
            return ended(new StoredCredential(Kind.TOKEN, digest(), label, expires));
        }
        if (isElement("certificate")) {
            attributes(Set.of("sha256"));
            return ended(new StoredCredential(Kind.CERTIFICATE, digest(), "", Optional.empty()));
        }
        if (isElement("curve-key")) {
            attributes(Set.of());
            String text = xml.getElementText().strip();
            require(text.length() == KEY_CHARACTERS, "a curve-key has 40 characters");
            String key = HexFormat.of().formatHex(Z85.decode(text));
            return new StoredCredential(Kind.CURVE_KEY, key, "", Optional.empty());
        }
        throw unexpected();
    }

    private StoredCredential ended(StoredCredential credential) throws XMLStreamException, InvalidUsersException {
        end();
        return credential;
    }

    private String digest() throws InvalidUsersException {
        String digest = xml.getAttributeValue(null, "sha256");
        require(digest != null && SHA256.matcher(digest).matches(), "sha256 must have 64 hexadecimal digits");
        return digest.toLowerCase(Locale.ROOT);
    }

    private Optional<Instant> time(String attribute) throws InvalidUsersException {
        String text = xml.getAttributeValue(null, attribute);
        try {
            return Optional.ofNullable(text)
                    .map(value -> OffsetDateTime.parse(value.strip()).toInstant());
        } catch (DateTimeParseException e) {
            throw invalid(attribute + " must be a date and time with a zone, such as 2027-11-23T00:00:00Z");
        }
    }

    private String name() throws InvalidUsersException {
        String name = xml.getAttributeValue(null, "name");
        require(name != null && NAME.matcher(name).matches(), "a name must match " + NAME);
        return name;
    }

    private boolean flag(String text) throws InvalidUsersException {
        String word = text == null ? "false" : text.strip();
        require(Set.of("true", "1", "false", "0").contains(word), "disabled must be true or false");
        return word.equals("true") || word.equals("1");
    }

    private static Set<String> words(String text) {
        Set<String> words = new LinkedHashSet<>();
        StringTokenizer tokens = new StringTokenizer(text == null ? "" : text);
        while (tokens.hasMoreTokens()) {
            words.add(tokens.nextToken());
        }
        return words;
    }

    private static boolean isBuiltIn(String role) {
        return role.equals(User.ADMIN) || role.equals(User.MONITOR);
    }

    private boolean isElement(String name) {
        return xml.getLocalName().equals(name) && NAMESPACE.equals(xml.getNamespaceURI());
    }

    /** Attributes of other namespaces, such as a schema location, mean nothing here. */
    private void attributes(Set<String> known) throws InvalidUsersException {
        for (int i = 0; i < xml.getAttributeCount(); i++) {
            String namespace = xml.getAttributeNamespace(i);
            require(
                    (namespace != null && !namespace.isEmpty()) || known.contains(xml.getAttributeLocalName(i)),
                    xml.getLocalName() + " has no attribute " + xml.getAttributeLocalName(i));
        }
    }

    /** Goes to the next child, or to the end of the element; false there. Anything but space between is refused. */
    private boolean nextChild() throws XMLStreamException {
        return xml.nextTag() == XMLStreamConstants.START_ELEMENT;
    }

    private void end() throws XMLStreamException, InvalidUsersException {
        if (nextChild()) {
            throw unexpected();
        }
    }

    private void require(boolean condition, String message) throws InvalidUsersException {
        if (!condition) {
            throw invalid(message);
        }
    }

    private InvalidUsersException unexpected() {
        return invalid("the element " + xml.getLocalName() + " doesn't belong there");
    }

    private InvalidUsersException invalid(String message) {
        return new InvalidUsersException("line " + xml.getLocation().getLineNumber() + ": " + message, null);
    }
}
