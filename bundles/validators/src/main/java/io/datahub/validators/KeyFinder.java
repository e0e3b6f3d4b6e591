package io.datahub.validators;

import java.util.Set;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import org.xml.sax.Attributes;
import org.xml.sax.helpers.DefaultHandler;

/** Notices whether a schema wants values to be unique, or to refer to each other. For one thread. */
final class KeyFinder extends DefaultHandler {

    private static final Set<String> CONSTRAINTS = Set.of("unique", "key", "keyref");
    private static final Set<String> TYPES = Set.of("ID", "IDREF", "IDREFS");
    private static final Set<String> NAME_TYPES = Set.of("type", "base", "itemType", "memberTypes");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private boolean found;

    /** Whether one of the documents that it was told of does. */
    boolean found() {
        return found;
    }

    @Override
    public void startElement(String uri, String localName, String name, Attributes attributes) {
        if (uri.equals(XMLConstants.W3C_XML_SCHEMA_NS_URI)) {
            found |= CONSTRAINTS.contains(localName);
            for (int i = 0; i < attributes.getLength(); i++) {
                found |= NAME_TYPES.contains(attributes.getLocalName(i)) && namesKeyType(attributes.getValue(i));
            }
        }
    }

    private static boolean namesKeyType(String names) {
        return BLANKS.splitAsStream(names)
                .map(name -> name.substring(name.indexOf(':') + 1))
                .anyMatch(TYPES::contains);
    }
}
