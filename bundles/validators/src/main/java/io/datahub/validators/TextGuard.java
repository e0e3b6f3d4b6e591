package io.datahub.validators;

import org.xml.sax.Attributes;
import org.xml.sax.ContentHandler;
import org.xml.sax.Locator;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.XMLFilterImpl;

/**
 * Stands before whoever checks a document by a schema, and stops it where the text between two tags would cost too much
 * memory: to compare it with its type it has to be held as a whole. For one thread.
 */
final class TextGuard extends XMLFilterImpl {

    static final int MOST_TEXT = 4 << 20;

    private Locator locator;
    private int held;

    TextGuard(ContentHandler next) {
        setContentHandler(next);
    }

    @Override
    public void setDocumentLocator(Locator locator) {
        this.locator = locator;
        super.setDocumentLocator(locator);
    }

    @Override
    public void startElement(String uri, String localName, String name, Attributes attributes) throws SAXException {
        held = 0;
        super.startElement(uri, localName, name, attributes);
    }

    @Override
    public void endElement(String uri, String localName, String name) throws SAXException {
        held = 0;
        super.endElement(uri, localName, name);
    }

    @Override
    public void characters(char[] characters, int from, int length) throws SAXException {
        held += length;
        if (held > MOST_TEXT) {
            throw new SAXParseException(
                    "the text of an element is longer than " + MOST_TEXT + " characters; split it up", locator);
        }
        super.characters(characters, from, length);
    }
}
