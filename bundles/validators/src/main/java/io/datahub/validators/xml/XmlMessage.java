package io.datahub.validators.xml;

import io.datahub.validators.support.Findings;
import java.util.regex.Pattern;
import org.xml.sax.SAXParseException;

/** Converts the parser's messages to text that is useful to an author. */
public final class XmlMessage {

    private static final Pattern RULE = Pattern.compile("^[a-zA-Z][A-Za-z0-9_.-]*: ");

    private XmlMessage() {}

    /** Adds an error to the findings, with its position. */
    static void report(SAXParseException error, Findings findings) {
        findings.add(error.getLineNumber(), error.getColumnNumber(), of(error));
    }

    static String of(SAXParseException error) {
        String message = String.valueOf(error.getMessage());
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
