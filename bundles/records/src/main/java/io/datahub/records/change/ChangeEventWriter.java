package io.datahub.records.change;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.validation.ValidationJson;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;

/**
 * Writes changes as CloudEvents 1.0 in structured JSON, one line each. They are stored without the record's URL, which
 * is added when they are read.
 */
public final class ChangeEventWriter {

    public static final String TYPE_PREFIX = "io.datahub.file.";
    private static final String SIZE = ",\"size\":";
    private static final int SEQUENCE_DIGITS = 20;
    private static final JsonFactory JSON = new JsonFactory();

    private ChangeEventWriter() {}

    public static String write(PendingChange pending, Cursor cursor, Instant time, String source) {
        StringWriter text = new StringWriter(512);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("specversion", "1.0");
            json.writeStringField("id", cursor.toString());
            json.writeStringField("sequence", zeroPadded(cursor.sequence()));
            json.writeStringField("source", source);
            json.writeStringField("type", TYPE_PREFIX + pending.type().word());
            json.writeStringField("subject", pending.version().path().toString());
            json.writeStringField("time", time.toString());
            json.writeStringField("datacontenttype", "application/json");
            json.writeObjectFieldStart("data");
            writeData(json, pending);
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /**
     * Inserts the record's URL after its path. The text has the size nowhere else in this form, since quotation marks
     * are escaped in strings.
     */
    public static String withUrl(String text, String url) {
        int end = text.indexOf(SIZE);
        return new StringBuilder(text.length() + url.length() + 16)
                .append(text, 0, end)
                .append(",\"url\":\"")
                .append(url)
                .append('"')
                .append(text, end, text.length())
                .toString();
    }

    /** Padded to 20 digits, as the CloudEvents sequence extension requires, so that strings sort like numbers. */
    private static String zeroPadded(long sequence) {
        String digits = Long.toString(sequence);
        return "0".repeat(SEQUENCE_DIGITS - digits.length()) + digits;
    }

    private static void writeData(JsonGenerator json, PendingChange pending) throws IOException {
        RecordVersion version = pending.version();
        json.writeStringField("path", version.path().toString());
        json.writeNumberField("size", version.size());
        json.writeStringField("modified", version.modified().toString());
        if (version.clientModified().isPresent()) {
            json.writeStringField(
                    "clientModified", version.clientModified().get().toString());
        }
        if (version.etag().isPresent()) {
            json.writeStringField("etag", version.etag().get());
        }
        if (version.sha256().isPresent()) {
            json.writeStringField("sha256", version.sha256().get());
        }
        if (!pending.user().isEmpty()) {
            json.writeStringField("user", pending.user());
        }
        ValidationJson.writeValidators(json, pending.validators());
        ValidationJson.writeViolations(json, pending.violations());
    }
}
