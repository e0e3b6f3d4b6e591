package io.datahub.api.feed;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.json.JsonText;
import io.datahub.api.record.Cursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Reads the cursor of a file event: the id of the CloudEvent that is its payload. */
public final class EventCursor {

    private static final String FILE = "file.";

    private EventCursor() {}

    /**
     * The cursor of the current event of a reader.
     *
     * @param run the run that the reader iterates over
     * @param event the reader, after {@link EventReader#next} has returned true
     * @return the position of the event's entry in the journal; empty unless it is a file event that the hub published
     */
    public static Optional<Cursor> of(EventRun run, EventReader event) {
        return run.user().isEmpty() && event.topic().startsWith(FILE) ? id(event.payload()) : Optional.empty();
    }

    private static Optional<Cursor> id(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        try (JsonParser json = JsonText.FACTORY.createParser(bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean isId = json.currentName().equals("id");
                json.nextToken();
                if (isId) {
                    return Optional.of(Cursor.parse(json.getText()))
                            .filter(parsed -> !parsed.isRefused())
                            .map(parsed -> parsed.get());
                }
                json.skipChildren();
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
