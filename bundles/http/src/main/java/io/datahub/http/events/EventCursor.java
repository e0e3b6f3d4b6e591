package io.datahub.http.events;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.record.Cursor;
import io.datahub.jetty.web.JsonText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Extracts the cursor from the payload of a file event. */
final class EventCursor {

    private EventCursor() {}

    /** The cursor of the current event; empty unless it is a file event published by the hub itself. */
    static Optional<Cursor> of(EventRun run, EventReader event) {
        if (!run.user().isEmpty() || !event.topic().startsWith("file.")) {
            return Optional.empty();
        }
        ByteBuffer payload = event.payload();
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
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }
}
