package io.datahub.jetty.web;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.validation.ValidationJson;
import io.datahub.api.validation.ValidatorId;
import java.io.IOException;
import java.util.List;

/** Writes the response to a write. */
public final class WriteResponse {

    private WriteResponse() {}

    /** Writes a version that was created. */
    public static void write(JsonGenerator json, Change change) throws IOException {
        RecordVersion version = change.version();
        json.writeStartObject();
        json.writeStringField("path", version.path().toString());
        json.writeStringField("url", change.url());
        json.writeNumberField("size", version.size());
        json.writeStringField("sha256", version.sha256().orElse(null));
        json.writeStringField("etag", version.etag().orElse(null));
        json.writeStringField("modified", version.modified().toString());
        if (version.clientModified().isPresent()) {
            json.writeStringField(
                    "clientModified", version.clientModified().get().toString());
        }
        json.writeNumberField("sequence", change.cursor().sequence());
        json.writeStringField("cursor", change.cursor().toString());
        ValidationJson.writeValidators(json, change.validators());
        json.writeEndObject();
    }

    /** Writes a version that was validated but not stored. */
    public static void write(JsonGenerator json, RecordPath path, long size, List<ValidatorId> validators)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("path", path.toString());
        json.writeNumberField("size", size);
        json.writeBooleanField("dryRun", true);
        ValidationJson.writeValidators(json, validators);
        json.writeEndObject();
    }
}
