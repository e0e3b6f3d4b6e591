package io.datahub.validators.cloudevents;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import io.datahub.api.cloudevent.CloudEvent;
import io.datahub.api.record.RecordStore;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.WildcardPattern;
import io.datahub.validators.json.JsonSchemaCheck;
import io.datahub.validators.json.JsonSchemaCompiler;
import io.datahub.validators.json.SecureJson;
import io.datahub.validators.json.TooCostlyException;
import io.datahub.validators.support.Catalog;
import io.datahub.validators.support.CommaSeparated;
import io.datahub.validators.support.Findings;
import io.datahub.validators.support.ValidatorLimits;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** Validates CloudEvents by one configuration of the validator. Immutable except for its schema cache; thread-safe. */
final class CloudEventCheck {

    private static final int MAX_MESSAGE_LENGTH = 500;

    /** The maximum length of a type in a message. */
    private static final int MAX_QUOTED_TYPE_LENGTH = 200;

    private final long maxBytes;
    private final boolean formats;
    private final List<WildcardPattern> types;
    private final DataSchemas schemas;

    /** @throws IllegalArgumentException if the configuration is invalid */
    CloudEventCheck(CloudEventsConfiguration configuration, RecordStore store) {
        maxBytes = configuration.maxBytes();
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes is " + maxBytes + "; it must be 1 or more");
        }
        if (CommaSeparated.of(configuration.paths()).isEmpty()
                && CommaSeparated.of(configuration.topics()).isEmpty()) {
            throw new IllegalArgumentException("paths and topics are missing; set which records it validates, such as"
                    + " paths = events/**, or which events, such as topics = build.");
        }
        formats = configuration.formats();
        types = CommaSeparated.of(configuration.types()).stream()
                .map(WildcardPattern::ofText)
                .toList();
        schemas = new DataSchemas(
                store,
                Catalog.of(configuration.catalog()),
                JsonSchemaCompiler.draft(configuration.draft()),
                configuration.dataSchemas());
    }

    boolean isTooBig(long size) {
        return size > maxBytes;
    }

    Verdict tooBig(long size) {
        return ValidatorLimits.tooBig(size, maxBytes);
    }

    /**
     * Validates an event.
     *
     * @param steps the maximum number of schema keywords that are evaluated
     */
    Verdict validate(InputStream bytes, long steps) throws IOException, InterruptedException {
        Findings findings = new Findings();
        Optional<JsonNode> event = SecureJson.parse(bytes, findings);
        if (event.isPresent()) {
            new CloudEventRules(findings).validate(event.get());
            String type = event.get().path("type").asText();
            if (type.length() <= CloudEvent.MAX_TYPE_LENGTH
                    && !types.isEmpty()
                    && types.stream().noneMatch(pattern -> pattern.matches(type))) {
                findings.add("the type " + truncated(type, MAX_QUOTED_TYPE_LENGTH) + " is not allowed here");
            }
            if (findings.verdict().accepted()) {
                validateData(event.get(), type, steps, findings);
            }
        }
        return findings.verdict();
    }

    private void validateData(JsonNode event, String type, long steps, Findings findings)
            throws IOException, InterruptedException {
        Optional<Schema> schema = schemas.of(type, findings);
        if (schema.isEmpty()) {
            return;
        }
        if (!event.has("data")) {
            findings.add("data is missing; events of this type have JSON data");
            return;
        }
        try {
            JsonSchemaCheck.errors(schema.get(), event.get("data"), steps, formats)
                    .forEach(error -> findings.add(truncated("data" + JsonSchemaCheck.message(error))));
        } catch (TooCostlyException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException(e.getMessage());
            }
            findings.add("the data is too expensive to validate: " + e.getMessage());
        }
    }

    private static String truncated(String text) {
        return truncated(text, MAX_MESSAGE_LENGTH);
    }

    private static String truncated(String text, int maxLength) {
        return text.length() <= maxLength ? text : text.substring(0, maxLength) + "…";
    }
}
