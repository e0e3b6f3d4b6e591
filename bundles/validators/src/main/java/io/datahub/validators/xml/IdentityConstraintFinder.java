package io.datahub.validators.xml;

import java.util.Set;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import org.xml.sax.Attributes;
import org.xml.sax.helpers.DefaultHandler;

/** Detects whether a schema has uniqueness or reference constraints on values. Not thread-safe. */
final class IdentityConstraintFinder extends DefaultHandler {

    private static final Set<String> CONSTRAINTS = Set.of("unique", "key", "keyref");
    private static final Set<String> TYPES = Set.of("ID", "IDREF", "IDREFS");
    private static final Set<String> NAME_TYPES = Set.of("type", "base", "itemType", "memberTypes");
    private static final Pattern WHITESPACE = Pattern.compile("\\s+");

    private boolean found;

    /** Whether one of the parsed schema documents has such a constraint. */
    boolean found() {
        return found;
    }

    @Override
    public void startElement(String uri, String localName, String name, Attributes attributes) {
        if (uri.equals(XMLConstants.W3C_XML_SCHEMA_NS_URI)) {
            found |= CONSTRAINTS.contains(localName);
            for (int i = 0; i < attributes.getLength(); i++) {
                found |= NAME_TYPES.contains(attributes.getLocalName(i)) && containsKeyType(attributes.getValue(i));
            }
        }
    }

    private static boolean containsKeyType(String names) {
        return WHITESPACE
                .splitAsStream(names)
                .map(name -> name.substring(name.indexOf(':') + 1))
                .anyMatch(TYPES::contains);
    }
}
