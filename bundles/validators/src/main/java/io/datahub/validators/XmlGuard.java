package io.datahub.validators;

import java.util.HashSet;
import java.util.Set;
import org.xml.sax.Attributes;
import org.xml.sax.Locator;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.XMLReader;
import org.xml.sax.ext.LexicalHandler;
import org.xml.sax.helpers.XMLFilterImpl;

/**
 * Stands behind the parser and stops it where a document would cost too much memory, though it is well-formed: by its
 * depth, by the number of its names, which the parser keeps, or by one huge token.
 */
final class XmlGuard extends XMLFilterImpl implements LexicalHandler {

    static final int MOST_DEPTH = 1_000;
    static final int MOST_NAMES = 20_000;

    private final ProgressInput input;
    private final Set<String> names = new HashSet<>();
    private Locator locator;
    private int depth;

    XmlGuard(XMLReader parser, ProgressInput input) {
        super(parser);
        this.input = input;
    }

    @Override
    public void setDocumentLocator(Locator locator) {
        this.locator = locator;
        super.setDocumentLocator(locator);
    }

    /** The line that the parser has come to; 0 before the first. */
    int line() {
        return locator == null ? 0 : Math.max(0, locator.getLineNumber());
    }

    @Override
    public void startElement(String uri, String localName, String name, Attributes attributes) throws SAXException {
        input.passed();
        if (++depth > MOST_DEPTH) {
            throw stop("elements are nested more than " + MOST_DEPTH + " deep");
        }
        count(name);
        for (int i = 0; i < attributes.getLength(); i++) {
            count(attributes.getQName(i));
        }
        super.startElement(uri, localName, name, attributes);
    }

    @Override
    public void endElement(String uri, String localName, String name) throws SAXException {
        input.passed();
        depth--;
        super.endElement(uri, localName, name);
    }

    @Override
    public void startPrefixMapping(String prefix, String uri) throws SAXException {
        count("xmlns:" + prefix);
        count(uri);
        super.startPrefixMapping(prefix, uri);
    }

    @Override
    public void processingInstruction(String target, String data) throws SAXException {
        input.passed();
        count(target);
        super.processingInstruction(target, data);
    }

    @Override
    public void characters(char[] characters, int from, int length) throws SAXException {
        input.passed();
        super.characters(characters, from, length);
    }

    @Override
    public void ignorableWhitespace(char[] characters, int from, int length) throws SAXException {
        input.passed();
        super.ignorableWhitespace(characters, from, length);
    }

    private void count(String name) throws SAXException {
        if (names.add(name) && names.size() > MOST_NAMES) {
            throw stop("there are more than " + MOST_NAMES + " different names");
        }
    }

    private SAXException stop(String why) {
        return new SAXParseException(why + "; split the document up", locator);
    }

    @Override
    public void comment(char[] characters, int from, int length) {
        input.passed();
    }

    @Override
    public void startDTD(String name, String publicId, String systemId) {}

    @Override
    public void endDTD() {}

    @Override
    public void startEntity(String name) {}

    @Override
    public void endEntity(String name) {}

    @Override
    public void startCDATA() {}

    @Override
    public void endCDATA() {}
}
