package io.datahub.store.metadata;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.datahub.api.path.RecordPath;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.validation.ValidatorId;
import io.datahub.records.change.ChangeEventWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Parses a change that {@link ChangeEventWriter} wrote, and adds the URL of the record to it. */
final class ChangeEventReader {

    private static final JsonFactory JSON = new JsonFactory();

    private Change.Type type;
    private Instant time;
    private RecordPath path;
    private long size;
    private Instant modified;
    private Optional<Instant> clientModified = Optional.empty();
    private Optional<String> etag = Optional.empty();
    private Optional<String> sha256 = Optional.empty();
    private Optional<String> user = Optional.empty();
    private final List<ValidatorId> validators = new ArrayList<>();

    private ChangeEventReader() {}

    static Change read(byte[] stored, Cursor cursor, RecordUrls urls) {
        String text = new String(stored, StandardCharsets.UTF_8);
        ChangeEventReader reader = new ChangeEventReader();
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            reader.readEvent(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        RecordVersion version = new RecordVersion(
                reader.path, reader.size, reader.modified, reader.etag, reader.sha256, reader.clientModified);
        String url = urls.of(reader.path);
        String json = ChangeEventWriter.withUrl(text, url);
        return new Change(reader.type, cursor, reader.time, version, reader.user, reader.validators, url, json);
    }

    private void readEvent(JsonParser json) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "type" ->
                    type = Change.Type.valueOf(json.getText()
                            .substring(ChangeEventWriter.TYPE_PREFIX.length())
                            .toUpperCase(Locale.ROOT));
                case "time" -> time = Instant.parse(json.getText());
                case "data" -> readData(json);
                default -> json.skipChildren();
            }
        }
    }

    private void readData(JsonParser json) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "path" -> path = RecordPath.of(json.getText());
                case "size" -> size = json.getLongValue();
                case "modified" -> modified = Instant.parse(json.getText());
                case "clientModified" -> clientModified = Optional.of(Instant.parse(json.getText()));
                case "etag" -> etag = Optional.of(json.getText());
                case "sha256" -> sha256 = Optional.of(json.getText());
                case "user" -> user = Optional.of(json.getText());
                case "validators" -> readValidators(json);
                default -> json.skipChildren();
            }
        }
    }

    private void readValidators(JsonParser json) throws IOException {
        while (json.nextToken() == JsonToken.START_OBJECT) {
            String name = "";
            String version = "";
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean isName = json.currentName().equals("name");
                String value = json.nextTextValue();
                name = isName ? value : name;
                version = isName ? version : value;
            }
            validators.add(new ValidatorId(name, version));
        }
    }
}
