package io.datahub.validators.xml;

import io.datahub.api.path.RecordPath;
import io.datahub.validators.support.Findings;
import io.datahub.validators.support.RecordReference;
import io.datahub.validators.support.SchemaSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.w3c.dom.ls.LSInput;
import org.w3c.dom.ls.LSResourceResolver;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Compiles an XML Schema. Includes and imports are resolved to records, never over the network. One instance per
 * compilation.
 */
final class XsdCompiler implements LSResourceResolver {

    private final SchemaSource source;
    private final IdentityConstraintFinder keyFinder = new IdentityConstraintFinder();

    private XsdCompiler(SchemaSource source) {
        this.source = source;
    }

    /**
     * Compiles the schema.
     *
     * @throws IOException if a record is missing, can't be read, or isn't a valid schema
     */
    static XsdSchema compile(SchemaSource source) throws IOException {
        RecordPath main = source.main();
        try {
            XsdCompiler compiler = new XsdCompiler(source);
            SchemaFactory factory = SchemaFactory.newDefaultInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, RecordReference.SCHEME);
            factory.setResourceResolver(compiler);
            Schema compiled = factory.newSchema(new StreamSource(
                    new ByteArrayInputStream(compiler.read(main)),
                    RecordReference.address(main).toString()));
            return new XsdSchema(compiled, compiler.keyFinder.found());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (SAXParseException e) {
            throw new IOException(
                    "the schema " + main + " is invalid, line " + e.getLineNumber() + ": " + XmlMessage.of(e), e);
        } catch (SAXException e) {
            throw new IOException("the schema " + main + " is invalid: " + e.getMessage(), e);
        }
    }

    @Override
    public LSInput resolveResource(String type, String namespace, String publicId, String systemId, String base) {
        if (systemId == null) {
            return null; // an import without a location, whose namespace is either known already or not available
        }
        try {
            RecordPath path = source.resolve(base, systemId);
            return new SchemaInput(read(path), RecordReference.address(path).toString(), publicId);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a record and parses it with the restrictions for untrusted XML, because the schema compiler takes fewer
     * precautions.
     */
    private byte[] read(RecordPath path) throws IOException {
        byte[] bytes = source.read(path);
        Findings findings = new Findings();
        SecureXml.parse(new ByteArrayInputStream(bytes), keyFinder, findings);
        if (!findings.verdict().accepted()) {
            throw new IOException("the schema " + path + " is invalid, line "
                    + findings.all().get(0).line() + ": "
                    + findings.all().get(0).message());
        }
        return bytes;
    }
}
