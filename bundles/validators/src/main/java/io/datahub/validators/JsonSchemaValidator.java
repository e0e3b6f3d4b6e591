package io.datahub.validators;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SpecificationVersion;
import io.datahub.api.record.RecordStore;
import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.Verdict;
import java.io.InputStream;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/**
 * The rule: "a record is JSON, valid by this JSON Schema in the schema's present version". A schema that is missing or
 * broken is a failure, not a verdict: nothing gets in unjudged. One instance a configuration.
 */
@Component(
        name = "io.datahub.validator.jsonschema",
        service = Validator.class,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = JsonSchemaConfiguration.class, factory = true)
public final class JsonSchemaValidator implements Validator {

    private static final long MOST_STEPS = 20_000_000;

    private final long maxBytes;
    private final boolean formats;
    private final DocumentMemory room;
    private final SchemaRecord<Schema> schema;

    @Activate
    public JsonSchemaValidator(
            JsonSchemaConfiguration configuration, @Reference RecordStore store, @Reference DocumentMemory room) {
        maxBytes = ValidatorLimits.checked(configuration.maxBytes(), configuration.paths());
        formats = configuration.formats();
        this.room = room;
        SpecificationVersion draft = JsonSchemaCompiler.draft(configuration.draft());
        schema = new SchemaRecord<>(
                store,
                Catalog.of(configuration.catalog()),
                SchemaRecord.path(configuration.schema(), "schemas/build.json"),
                source -> JsonSchemaCompiler.compile(source, draft));
    }

    @Override
    public Verdict judge(Candidate candidate) throws Exception {
        if (candidate.size() > maxBytes) {
            return ValidatorLimits.tooBig(candidate.size(), maxBytes);
        }
        Findings findings = new Findings();
        DocumentMemory.Place place = room.take(candidate.size());
        try (InputStream bytes = candidate.open()) {
            Optional<JsonNode> document = SecureJson.parse(bytes, findings);
            if (document.isPresent()) {
                JsonSchemaCheck.report(
                        JsonSchemaCheck.errors(schema.current(), document.get(), MOST_STEPS, formats),
                        candidate.size(),
                        candidate::open,
                        findings);
            }
        } catch (TooCostlyException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException(e.getMessage());
            }
            findings.add(0, 0, "the document is too costly to judge: " + e.getMessage());
        } finally {
            place.close();
        }
        return findings.verdict();
    }
}
