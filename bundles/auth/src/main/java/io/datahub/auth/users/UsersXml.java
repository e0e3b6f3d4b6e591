package io.datahub.auth.users;

import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Reads the XML of a users file; anything unknown is refused with its line number. */
public final class UsersXml {

    public static final String NAMESPACE = "urn:datahub:broker-users:1";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
    private static final Pattern SHA256 = Pattern.compile("[0-9A-Fa-f]{64}");

    private final XMLStreamReader xml;

    /** How many elements are open, not counting the root. */
    private int depth;

    UsersXml(byte[] bytes) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        xml = factory.createXMLStreamReader(new ByteArrayInputStream(bytes));
    }

    /** Advances to the root element. */
    void root() throws XMLStreamException, InvalidUsersException {
        while (xml.next() != XMLStreamConstants.START_ELEMENT) {
            require(xml.getEventType() != XMLStreamConstants.DTD, "a DOCTYPE is not allowed");
        }
        require(is("broker-users"), "the root must be broker-users of the namespace " + NAMESPACE);
        attributes(Set.of());
    }

    /**
     * Advances to the next child, or to the end of the element and returns false. Anything but white space in between
     * is refused.
     */
    boolean nextChild() throws XMLStreamException {
        boolean child = xml.nextTag() == XMLStreamConstants.START_ELEMENT;
        depth += child ? 1 : -1;
        return child;
    }

    /** Advances to the end of an element that must have no children. */
    void end() throws XMLStreamException, InvalidUsersException {
        if (nextChild()) {
            throw unexpected();
        }
    }

    /** Advances past the root element to the end of the file. */
    void finish() throws XMLStreamException {
        while (xml.hasNext()) {
            xml.next();
        }
    }

    int depth() {
        return depth;
    }

    /** Advances to the end of the element that was opened at this depth, whatever is left of its content. */
    void skip(int from) throws XMLStreamException {
        while (depth >= from) {
            int event = xml.next();
            depth += event == XMLStreamConstants.START_ELEMENT ? 1 : 0;
            depth -= event == XMLStreamConstants.END_ELEMENT ? 1 : 0;
        }
    }

    boolean is(String element) {
        return xml.getLocalName().equals(element) && NAMESPACE.equals(xml.getNamespaceURI());
    }

    /** The names of the element's attributes, all of which must be known. */
    Set<String> attributes(Set<String> known) throws InvalidUsersException {
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < xml.getAttributeCount(); i++) {
            String namespace = xml.getAttributeNamespace(i);
            // Attributes of other namespaces, such as a schema location, are ignored.
            if (namespace == null || namespace.isEmpty()) {
                String name = xml.getAttributeLocalName(i);
                require(known.contains(name), xml.getLocalName() + " has no attribute " + name);
                names.add(name);
            }
        }
        return names;
    }

    Optional<String> attribute(String name) {
        return Optional.ofNullable(xml.getAttributeValue(null, name));
    }

    /** The text of an element without child elements; advances to its end. */
    String text() throws XMLStreamException {
        try {
            String text = xml.getElementText().strip();
            depth--;
            return text;
        } catch (XMLStreamException e) {
            depth += xml.isStartElement() ? 1 : 0; // a child
            throw e;
        }
    }

    String name() throws InvalidUsersException {
        String name = attribute("name").orElse("");
        require(NAME.matcher(name).matches(), "a name must match " + NAME);
        return name;
    }

    String digest() throws InvalidUsersException {
        String digest = attribute("sha256").orElse("");
        require(SHA256.matcher(digest).matches(), "sha256 must have 64 hexadecimal digits");
        return digest.toLowerCase(Locale.ROOT);
    }

    Optional<Instant> time(String attribute) throws InvalidUsersException {
        try {
            return attribute(attribute)
                    .map(value -> OffsetDateTime.parse(value.strip()).toInstant());
        } catch (DateTimeParseException e) {
            throw invalid(attribute + " must be a date and time with a zone, such as 2027-11-23T00:00:00Z");
        }
    }

    boolean flag(String attribute) throws InvalidUsersException {
        String word = attribute(attribute).orElse("false").strip();
        require(Set.of("true", "1", "false", "0").contains(word), attribute + " must be true or false");
        return word.equals("true") || word.equals("1");
    }

    Set<String> words(String attribute) {
        Set<String> words = new LinkedHashSet<>();
        StringTokenizer tokens = new StringTokenizer(attribute(attribute).orElse(""));
        while (tokens.hasMoreTokens()) {
            words.add(tokens.nextToken());
        }
        return words;
    }

    void require(boolean condition, String message) throws InvalidUsersException {
        if (!condition) {
            throw invalid(message);
        }
    }

    InvalidUsersException unexpected() {
        return invalid("the element " + xml.getLocalName() + " doesn't belong there");
    }

    private InvalidUsersException invalid(String message) {
        return new InvalidUsersException("line " + line() + ": " + message, null);
    }

    int line() {
        return xml.getLocation().getLineNumber();
    }
}
