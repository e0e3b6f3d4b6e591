package io.datahub.validators.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SpecificationVersion;
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
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Validates that a record is JSON that is valid by a JSON Schema, in the current version of the schema. A missing or
 * invalid schema is a failure, not a verdict, so no record is accepted without validation. One instance per
 * configuration.
 */
@Component(
        name = "io.datahub.validator.jsonschema",
        service = Validator.class,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = JsonSchemaConfiguration.class, factory = true)
public final class JsonSchemaValidator implements Validator {

    private static final long MAX_STEPS = 20_000_000;

    private final long maxBytes;
    private final boolean formats;
    private final DocumentMemory documentMemory;
    private final SchemaRecord<Schema> schema;

    @Activate
    public JsonSchemaValidator(
            JsonSchemaConfiguration configuration,
            @Reference RecordStore store,
            @Reference DocumentMemory documentMemory) {
        maxBytes = ValidatorLimits.checkedMaxBytes(configuration.maxBytes(), configuration.paths());
        formats = configuration.formats();
        this.documentMemory = documentMemory;
        SpecificationVersion draft = JsonSchemaCompiler.draft(configuration.draft());
        schema = new SchemaRecord<>(
                store,
                Catalog.of(configuration.catalog()),
                SchemaRecord.path(configuration.schema(), "schemas/build.json"),
                source -> JsonSchemaCompiler.compile(source, draft));
    }

    @Override
    public Verdict validate(Candidate candidate) throws Exception {
        if (candidate.size() > maxBytes) {
            return ValidatorLimits.tooBig(candidate.size(), maxBytes);
        }
        Findings findings = new Findings();
        DocumentMemory.Reservation reservation = documentMemory.reserve(candidate.size());
        try (InputStream bytes = candidate.open()) {
            Optional<JsonNode> document = SecureJson.parse(bytes, findings);
            if (document.isPresent()) {
                JsonSchemaCheck.report(
                        JsonSchemaCheck.errors(schema.current(), document.get(), MAX_STEPS, formats),
                        candidate.size(),
                        candidate::open,
                        findings);
            }
        } catch (TooCostlyException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException(e.getMessage());
            }
            findings.add("the document is too expensive to validate: " + e.getMessage());
        } finally {
            reservation.close();
        }
        return findings.verdict();
    }
}
