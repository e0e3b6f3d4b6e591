package io.datahub.validators.xml;

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
 * A filter after the parser that stops well-formed documents that would take too much memory: by their depth, by the
 * number of different names, which the parser retains, or by one huge token.
 */
final class XmlGuard extends XMLFilterImpl implements LexicalHandler {

    static final int MAX_DEPTH = 1_000;
    static final int MAX_NAMES = 20_000;

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

    /** The current line of the parser; 0 before the first. */
    int line() {
        return locator == null ? 0 : Math.max(0, locator.getLineNumber());
    }

    @Override
    public void startElement(String uri, String localName, String name, Attributes attributes) throws SAXException {
        input.progressed();
        if (++depth > MAX_DEPTH) {
            throw limitExceeded("elements are nested more than " + MAX_DEPTH + " deep");
        }
        countName(name);
        for (int i = 0; i < attributes.getLength(); i++) {
            countName(attributes.getQName(i));
        }
        super.startElement(uri, localName, name, attributes);
    }

    @Override
    public void endElement(String uri, String localName, String name) throws SAXException {
        input.progressed();
        depth--;
        super.endElement(uri, localName, name);
    }

    @Override
    public void startPrefixMapping(String prefix, String uri) throws SAXException {
        countName("xmlns:" + prefix);
        countName(uri);
        super.startPrefixMapping(prefix, uri);
    }

    @Override
    public void processingInstruction(String target, String data) throws SAXException {
        input.progressed();
        countName(target);
        super.processingInstruction(target, data);
    }

    @Override
    public void characters(char[] characters, int from, int length) throws SAXException {
        input.progressed();
        super.characters(characters, from, length);
    }

    @Override
    public void ignorableWhitespace(char[] characters, int from, int length) throws SAXException {
        input.progressed();
        super.ignorableWhitespace(characters, from, length);
    }

    private void countName(String name) throws SAXException {
        if (names.add(name) && names.size() > MAX_NAMES) {
            throw limitExceeded("there are more than " + MAX_NAMES + " different names");
        }
    }

    private SAXException limitExceeded(String reason) {
        return new SAXParseException(reason + "; split the document up", locator);
    }

    @Override
    public void comment(char[] characters, int from, int length) {
        input.progressed();
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
