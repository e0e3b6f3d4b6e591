package io.datahub.validators.xml;

import org.xml.sax.Attributes;
import org.xml.sax.ContentHandler;
import org.xml.sax.Locator;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.XMLFilterImpl;

/**
 * A filter in front of a schema validator that stops documents whose text between two tags would take too much memory:
 * the validator buffers the whole text to compare it with its type. Not thread-safe.
 */
final class TextGuard extends XMLFilterImpl {

    static final int MAX_TEXT_LENGTH = 4 << 20;

    private Locator locator;
    private int textLength;

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
        textLength = 0;
        super.startElement(uri, localName, name, attributes);
    }

    @Override
    public void endElement(String uri, String localName, String name) throws SAXException {
        textLength = 0;
        super.endElement(uri, localName, name);
    }

    @Override
    public void characters(char[] characters, int from, int length) throws SAXException {
        textLength += length;
        if (textLength > MAX_TEXT_LENGTH) {
            throw new SAXParseException(
                    "the text of an element is longer than " + MAX_TEXT_LENGTH + " characters; split it up", locator);
        }
        super.characters(characters, from, length);
    }
}
