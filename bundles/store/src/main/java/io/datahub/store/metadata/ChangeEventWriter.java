package io.datahub.store.metadata;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.validation.JudgedBy;
import io.datahub.api.validation.Violation;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;

/** Writes changes as CloudEvents 1.0 in structured JSON, one line each. */
final class ChangeEventWriter {

    static final String TYPE_PREFIX = "io.datahub.file.";
    private static final int SEQUENCE_DIGITS = 20;
    private static final JsonFactory JSON = new JsonFactory();

    private ChangeEventWriter() {}

    static String write(PendingChange draft, Cursor cursor, Instant time, String source) {
        StringWriter text = new StringWriter(512);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("specversion", "1.0");
            json.writeStringField("id", cursor.toString());
            json.writeStringField("sequence", padded(cursor.sequence()));
            json.writeStringField("source", source);
            json.writeStringField("type", TYPE_PREFIX + draft.type().word());
            json.writeStringField("subject", draft.version().path().toString());
            json.writeStringField("time", time.toString());
            json.writeStringField("datacontenttype", "application/json");
            json.writeObjectFieldStart("data");
            writeData(json, draft);
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** In twenty digits, as the CloudEvents extension wants it, so that texts sort as numbers do. */
    private static String padded(long sequence) {
        String digits = Long.toString(sequence);
        return "0".repeat(SEQUENCE_DIGITS - digits.length()) + digits;
    }

    private static void writeData(JsonGenerator json, PendingChange draft) throws IOException {
        RecordVersion version = draft.version();
        json.writeStringField("path", version.path().toString());
        json.writeNumberField("size", version.size());
        json.writeStringField("modified", version.modified().toString());
        if (version.etag().isPresent()) {
            json.writeStringField("etag", version.etag().get());
        }
        if (version.sha256().isPresent()) {
            json.writeStringField("sha256", version.sha256().get());
        }
        if (!draft.user().isEmpty()) {
            json.writeStringField("user", draft.user());
        }
        json.writeArrayFieldStart("validators");
        for (JudgedBy judge : draft.validators()) {
            json.writeStartObject();
            json.writeStringField("name", judge.name());
            json.writeStringField("version", judge.version());
            json.writeEndObject();
        }
        json.writeEndArray();
        if (!draft.violations().isEmpty()) {
            writeViolations(json, draft);
        }
    }

    private static void writeViolations(JsonGenerator json, PendingChange draft) throws IOException {
        json.writeArrayFieldStart("violations");
        for (Violation violation : draft.violations()) {
            json.writeStartObject();
            json.writeStringField("validator", violation.validator());
            json.writeStringField("version", violation.version());
            json.writeNumberField("line", violation.line());
            json.writeNumberField("column", violation.column());
            json.writeStringField("message", violation.message());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
