package io.datahub.validators;

import io.datahub.api.record.RecordStore;
import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.Verdict;
import java.io.InputStream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.xml.sax.helpers.DefaultHandler;

/**
 * The rule: "a record is valid by this XML Schema, in the schema's present version". A schema that is missing or broken is
 * a failure, not a verdict: nothing gets in unjudged. One instance a configuration.
 */
@Component(
        name = "io.datahub.validator.xsd",
        service = Validator.class,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = XsdConfiguration.class, factory = true)
public final class XsdValidator implements Validator {

    /** Where values are held until the document ends, it can't be of any size. */
    private static final long MOST_KEPT = 8L << 20;

    private final long maxBytes;
    private final DocumentMemory room;
    private final SchemaRecord<XsdSchema> schema;

    @Activate
    public XsdValidator(XsdConfiguration configuration, @Reference RecordStore store, @Reference DocumentMemory room) {
        maxBytes = ValidatorLimits.checked(configuration.maxBytes(), configuration.paths());
        this.room = room;
        schema = new SchemaRecord<>(
                store,
                Catalog.of(configuration.catalog()),
                SchemaRecord.path(configuration.schema(), "schemas/build.xsd"),
                XsdCompiler::compile);
    }

    @Override
    public Verdict judge(Candidate candidate) throws Exception {
        if (candidate.size() > maxBytes) {
            return ValidatorLimits.tooBig(candidate.size(), maxBytes);
        }
        XsdSchema present = schema.current();
        if (present.keepsValues() && candidate.size() > MOST_KEPT) {
            return Verdict.refuse(
                    "the record has " + candidate.size() + " bytes; by a schema with ID, key or unique, whose"
                            + " values are held until the end, at most " + MOST_KEPT + " are judged");
        }
        long held = present.keepsValues() ? candidate.size() : Math.min(candidate.size(), TextGuard.MOST_TEXT);
        Findings findings = new Findings();
        DocumentMemory.Place place = room.take(held);
        try (InputStream bytes = candidate.open()) {
            SecureXml.parse(bytes, SchemaCheck.handler(present.compiled(), new DefaultHandler(), findings), findings);
        } finally {
            place.close();
        }
        return findings.verdict();
    }
}
