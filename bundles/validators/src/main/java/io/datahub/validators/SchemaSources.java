package io.datahub.validators;

import io.datahub.api.Result;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.User;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.util.HashMap;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.w3c.dom.ls.LSInput;
import org.w3c.dom.ls.LSResourceResolver;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * The records that a schema is made of. What it includes or imports is looked for among the records next to it and below,
 * never on the network: of an address such as {@code http://www.w3.org/2001/xml.xsd} only the file's name counts. For one
 * compilation and one thread.
 */
final class SchemaSources implements LSResourceResolver {

    private static final int MAX_BYTES = 16 << 20;
    private static final int MAX_RECORDS = 200;

    private final RecordStore store;
    private final RecordPath main;
    private final Map<RecordPath, String> etags = new HashMap<>();

    SchemaSources(RecordStore store, RecordPath main) {
        this.store = store;
        this.main = main;
    }

    /** The records that were read, with their entity tags. */
    Map<RecordPath, String> etags() {
        return Map.copyOf(etags);
    }

    /**
     * Compiles the schema.
     *
     * @throws IOException if one of the records is missing, can't be read, or is no schema
     */
    Schema compile() throws IOException {
        try {
            SchemaFactory factory = SchemaFactory.newDefaultInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, RecordReference.SCHEME);
            factory.setResourceResolver(this);
            return factory.newSchema(new StreamSource(
                    new ByteArrayInputStream(read(main)),
                    RecordReference.address(main).toString()));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (SAXParseException e) {
            throw new IOException(
                    "the schema " + main + " is no good, line " + e.getLineNumber() + ": " + XmlMessage.of(e), e);
        } catch (SAXException e) {
            throw new IOException("the schema " + main + " is no good: " + e.getMessage(), e);
        }
    }

    @Override
    public LSInput resolveResource(String type, String namespace, String publicId, String systemId, String base) {
        if (systemId == null) {
            return null; // an import without a place, which names a namespace that is known already or not at all
        }
        try {
            String from = base == null ? RecordReference.address(main).toString() : base;
            RecordPath path = RecordReference.resolve(main, from, systemId);
            return new RecordInput(read(path), RecordReference.address(path).toString(), publicId);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] read(RecordPath path) throws IOException {
        Result<Reading> opened = store.open(User.HUB, path);
        if (opened.isRefused()) {
            throw new IOException("the schema " + path + " can't be read: "
                    + opened.refusal().orElseThrow().detail());
        }
        try (Reading reading = opened.get();
                InputStream in = Channels.newInputStream(reading.channel())) {
            String etag = reading.version()
                    .etag()
                    .orElseThrow(() -> new IOException("the schema " + path + " is being changed on disk"));
            if (reading.version().size() > MAX_BYTES || etags.size() >= MAX_RECORDS) {
                throw new IOException("the schema " + main + " is too big: at most " + MAX_RECORDS + " records of "
                        + MAX_BYTES + " bytes each");
            }
            etags.put(path, etag);
            byte[] bytes = in.readAllBytes();
            check(path, bytes);
            return bytes;
        }
    }

    /** Parses it once as any other XML from outside, before the compiler does with fewer precautions. */
    private static void check(RecordPath path, byte[] bytes) throws IOException {
        Findings findings = new Findings();
        SecureXml.parse(new ByteArrayInputStream(bytes), new DefaultHandler(), findings);
        if (!findings.verdict().accepted()) {
            throw new IOException("the schema " + path + " is no good, line "
                    + findings.all().get(0).line() + ": "
                    + findings.all().get(0).message());
        }
    }
}
