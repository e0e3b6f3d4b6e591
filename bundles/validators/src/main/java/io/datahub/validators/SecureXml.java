package io.datahub.validators;

import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.CharacterCodingException;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParser;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.ContentHandler;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.XMLReader;

/**
 * Parses XML from anybody with the platform's own parser: no DOCTYPE, no entity from elsewhere, no XInclude, memory that
 * doesn't grow with the document, and an end when the calling thread is interrupted.
 */
final class SecureXml {

    private static final String DISALLOW_DOCTYPE = "http://apache.org/xml/features/disallow-doctype-decl";
    private static final String LEXICAL_HANDLER = "http://xml.org/sax/properties/lexical-handler";

    /** These have other defaults in each Java platform; a document must not be judged by where the hub runs. */
    private static final Map<String, String> LIMITS = Map.of(
            "jdk.xml.maxElementDepth", "0", // XmlGuard keeps it
            "jdk.xml.elementAttributeLimit", "10000");

    private SecureXml() {}

    /**
     * Parses a document to its end, or to the first fault after which there is no going on; that is added to the findings.
     *
     * @param content is told what the document holds
     * @throws IOException if the bytes can't be read
     */
    static void parse(InputStream bytes, ContentHandler content, Findings findings) throws IOException {
        ProgressInput input = new ProgressInput(bytes);
        XmlGuard guard = null;
        try {
            XMLReader reader = reader();
            guard = new XmlGuard(reader, input);
            reader.setProperty(LEXICAL_HANDLER, guard);
            guard.setContentHandler(content);
            guard.setErrorHandler(new Fatal());
            guard.parse(new InputSource(input));
        } catch (EnoughException e) {
            // whoever threw it has added what it found
        } catch (SAXParseException e) {
            findings.add(e);
        } catch (SAXException e) {
            throw new IOException("the parser failed: " + e.getMessage(), e);
        } catch (ProgressInput.TokenTooLongException e) {
            findings.add(line(guard), 0, e.getMessage());
        } catch (CharConversionException | CharacterCodingException | UnsupportedEncodingException e) {
            findings.add(line(guard), 0, "the bytes don't fit the document's encoding: " + e.getMessage());
        }
    }

    private static int line(XmlGuard guard) {
        return guard == null ? 0 : guard.line();
    }

    private static XMLReader reader() throws SAXException {
        try {
            SAXParserFactory factory = SAXParserFactory.newDefaultInstance();
            factory.setNamespaceAware(true);
            factory.setXIncludeAware(false);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature(DISALLOW_DOCTYPE, true);
            SAXParser parser = factory.newSAXParser();
            parser.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            parser.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            for (Map.Entry<String, String> limit : LIMITS.entrySet()) {
                parser.setProperty(limit.getKey(), limit.getValue());
            }
            return parser.getXMLReader();
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("this Java platform has no secure XML parser", e);
        }
    }

    /** Ends the parsing of a document in which enough was found. */
    static final class EnoughException extends SAXException {
        private static final long serialVersionUID = 1L;
    }

    /** Lets warnings pass and stops at errors. */
    private static final class Fatal implements ErrorHandler {
        @Override
        public void warning(SAXParseException warning) {}

        @Override
        public void error(SAXParseException error) throws SAXException {
            throw error;
        }

        @Override
        public void fatalError(SAXParseException error) throws SAXException {
            throw error;
        }
    }
}
