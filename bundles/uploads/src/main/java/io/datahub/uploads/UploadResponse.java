package io.datahub.uploads;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.validation.JudgedBy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes the response for the record created from an upload, in the same format as for any other write. */
final class UploadResponse {

    private static final JsonFactory JSON = new JsonFactory();

    private UploadResponse() {}

    static byte[] json(Change change) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            RecordVersion version = change.version();
            json.writeStartObject();
            json.writeStringField("path", version.path().toString());
            json.writeNumberField("size", version.size());
            json.writeStringField("sha256", version.sha256().orElse(null));
            json.writeStringField("etag", version.etag().orElse(null));
            json.writeStringField("modified", version.modified().toString());
            json.writeNumberField("sequence", change.cursor().sequence());
            json.writeStringField("cursor", change.cursor().toString());
            json.writeArrayFieldStart("validators");
            for (JudgedBy validator : change.validators()) {
                json.writeStartObject();
                json.writeStringField("name", validator.name());
                json.writeStringField("version", validator.version());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
