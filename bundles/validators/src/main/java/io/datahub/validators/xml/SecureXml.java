package io.datahub.validators.xml;

import io.datahub.validators.support.Findings;
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
 * Parses untrusted XML with the platform's parser: no DOCTYPE, no external entities, no XInclude, memory use that
 * doesn't depend on the size of the document, and an end when the calling thread is interrupted.
 */
public final class SecureXml {

    private static final String DISALLOW_DOCTYPE = "http://apache.org/xml/features/disallow-doctype-decl";
    private static final String LEXICAL_HANDLER = "http://xml.org/sax/properties/lexical-handler";

    /**
     * Set explicitly, because the defaults differ between Java platforms, and validation must not depend on the
     * platform.
     */
    private static final Map<String, String> LIMITS = Map.of(
            "jdk.xml.maxElementDepth", "0", // limited by XmlGuard
            "jdk.xml.elementAttributeLimit", "10000");

    private SecureXml() {}

    /**
     * Parses a document to its end or to the first fatal error, which is added to the findings.
     *
     * @param content receives the SAX events of the document
     * @throws IOException if the input can't be read
     */
    public static void parse(InputStream bytes, ContentHandler content, Findings findings) throws IOException {
        ProgressInput input = new ProgressInput(bytes);
        XmlGuard guard = null;
        try {
            XMLReader reader = reader();
            guard = new XmlGuard(reader, input);
            reader.setProperty(LEXICAL_HANDLER, guard);
            guard.setContentHandler(content);
            guard.setErrorHandler(new Fatal());
            guard.parse(new InputSource(input));
        } catch (TooManyViolationsException e) {
            // the thrower has added its findings
        } catch (SAXParseException e) {
            XmlMessage.report(e, findings);
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

    /** Ends the parsing because enough violations were found. */
    static final class TooManyViolationsException extends SAXException {
        private static final long serialVersionUID = 1L;
    }

    /** Ignores warnings and stops at errors. */
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
