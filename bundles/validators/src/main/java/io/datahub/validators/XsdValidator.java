package io.datahub.validators;

import io.datahub.api.record.RecordStore;
import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.Verdict;
import java.io.InputStream;
import javax.xml.validation.Schema;
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

    private final long maxBytes;
    private final SchemaRecord<Schema> schema;

    @Activate
    public XsdValidator(XsdConfiguration configuration, @Reference RecordStore store) {
        maxBytes = Limits.checked(configuration.maxBytes(), configuration.paths());
        schema = new SchemaRecord<>(
                store,
                Catalog.of(configuration.catalog()),
                SchemaRecord.path(configuration.schema(), "schemas/build.xsd"),
                XsdCompiler::compile);
    }

    @Override
    public Verdict judge(Candidate candidate) throws Exception {
        if (candidate.size() > maxBytes) {
            return Limits.tooBig(candidate.size(), maxBytes);
        }
        Findings findings = new Findings();
        try (InputStream bytes = candidate.open()) {
            SecureXml.parse(bytes, SchemaCheck.handler(schema.current(), new DefaultHandler(), findings), findings);
        }
        return findings.verdict();
    }
}
