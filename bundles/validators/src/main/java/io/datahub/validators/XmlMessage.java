package io.datahub.validators;

import java.util.regex.Pattern;
import org.xml.sax.SAXParseException;

/** The parser's messages as sentences that an author can use. */
final class XmlMessage {

    private static final Pattern RULE = Pattern.compile("^[a-zA-Z][A-Za-z0-9_.-]*: ");

    private XmlMessage() {}

    static String of(SAXParseException fault) {
        String message = String.valueOf(fault.getMessage());
        if (message.contains("disallow-doctype-decl")) {
            return "a DOCTYPE is not allowed; remove it and write out the entities that it defines";
        }
        if (message.startsWith("JAXP")) {
            return "a limit for XML is exceeded, "
                    + message.substring(message.indexOf(':') + 1).strip();
        }
        if (message.startsWith("Invalid byte")) {
            return "the bytes don't fit the document's encoding: " + message;
        }
        return RULE.matcher(message).replaceFirst("");
    }
}
