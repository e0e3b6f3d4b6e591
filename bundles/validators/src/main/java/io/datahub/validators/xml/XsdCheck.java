package io.datahub.validators.xml;

import io.datahub.validators.support.Findings;
import io.datahub.validators.xml.SecureXml.TooManyViolationsException;
import javax.xml.XMLConstants;
import javax.xml.validation.Schema;
import javax.xml.validation.ValidatorHandler;
import org.xml.sax.ContentHandler;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/** Adds the schema violations of a document to the findings, until they are full. */
public final class XsdCheck implements ErrorHandler {

    private final Findings findings;

    private XsdCheck(Findings findings) {
        this.findings = findings;
    }

    /** Returns a handler that validates the SAX events it receives and forwards them. */
    public static ContentHandler handler(Schema schema, ContentHandler next, Findings findings) throws SAXException {
        ValidatorHandler handler = schema.newValidatorHandler();
        handler.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        handler.setErrorHandler(new XsdCheck(findings));
        handler.setContentHandler(next);
        handler.setResourceResolver((type, namespace, publicId, systemId, base) -> {
            throw new IllegalStateException("a document can't name its own schema");
        });
        return new TextGuard(handler);
    }

    @Override
    public void warning(SAXParseException warning) {}

    @Override
    public void error(SAXParseException error) throws SAXException {
        XmlMessage.report(error, findings);
        if (findings.isFull()) {
            throw new TooManyViolationsException();
        }
    }

    @Override
    public void fatalError(SAXParseException error) throws SAXException {
        throw error;
    }
}
