package io.datahub.validators.xml;

import io.datahub.api.record.RecordStore;
import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.Verdict;
import io.datahub.validators.support.Catalog;
import io.datahub.validators.support.DocumentMemory;
import io.datahub.validators.support.Findings;
import io.datahub.validators.support.SchemaRecord;
import io.datahub.validators.support.ValidatorLimits;
import java.io.InputStream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Validates that a record is valid by an XML Schema, in the current version of the schema. A missing or invalid schema
 * is a failure, not a verdict, so no record is accepted without validation. One instance per configuration.
 */
@Component(
        name = "io.datahub.validator.xsd",
        service = Validator.class,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = XsdConfiguration.class, factory = true)
public final class XsdValidator implements Validator {

    /** The maximum size of a document whose values are buffered until its end. */
    private static final long MAX_BUFFERED_BYTES = 8L << 20;

    private final long maxBytes;
    private final DocumentMemory documentMemory;
    private final SchemaRecord<XsdSchema> schema;

    @Activate
    public XsdValidator(
            XsdConfiguration configuration, @Reference RecordStore store, @Reference DocumentMemory documentMemory) {
        maxBytes = ValidatorLimits.checkedMaxBytes(configuration.maxBytes(), configuration.paths());
        this.documentMemory = documentMemory;
        schema = new SchemaRecord<>(
                store,
                Catalog.of(configuration.catalog()),
                SchemaRecord.path(configuration.schema(), "schemas/build.xsd"),
                XsdCompiler::compile);
    }

    @Override
    public Verdict validate(Candidate candidate) throws Exception {
        if (candidate.size() > maxBytes) {
            return ValidatorLimits.tooBig(candidate.size(), maxBytes);
        }
        XsdSchema current = schema.current();
        if (current.buffersValues() && candidate.size() > MAX_BUFFERED_BYTES) {
            return Verdict.refuse(
                    "the record has " + candidate.size() + " bytes; by a schema with ID, key or unique, whose"
                            + " values are held until the end, at most " + MAX_BUFFERED_BYTES + " are allowed");
        }
        long bufferedBytes =
                current.buffersValues() ? candidate.size() : Math.min(candidate.size(), TextGuard.MAX_TEXT_LENGTH);
        Findings findings = new Findings();
        DocumentMemory.Reservation reservation = documentMemory.reserve(bufferedBytes);
        try (InputStream bytes = candidate.open()) {
            SecureXml.parse(bytes, XsdCheck.handler(current.compiled(), new DefaultHandler(), findings), findings);
        } finally {
            reservation.close();
        }
        return findings.verdict();
    }
}
