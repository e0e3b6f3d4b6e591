package io.datahub.cli.event;

import io.datahub.cli.core.Json;
import io.datahub.cli.core.Output;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Prints events as lines: topic, a space and the payload as it is; or as JSON in the hub's format. */
final class EventPrinter {

    private final Output output;

    EventPrinter(Output output) {
        this.output = output;
    }

    /**
     * Prints an event.
     *
     * @param event as the hub sends it
     * @param cursor where to continue after it, or empty
     */
    void print(Map<String, Object> event, String cursor) {
        if (output.isJson()) {
            Map<String, Object> json = new LinkedHashMap<>(event);
            json.remove("type");
            if (!cursor.isEmpty()) {
                json.put("cursor", cursor);
            }
            output.result(json, "");
            return;
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        line.writeBytes((Json.string(event, "topic") + " ").getBytes(StandardCharsets.UTF_8));
        line.writeBytes(
                event.containsKey("base64")
                        ? Base64.getDecoder().decode(Json.string(event, "base64"))
                        : Json.string(event, "data").getBytes(StandardCharsets.UTF_8));
        line.write('\n');
        output.bytes(line.toByteArray(), line.size());
    }
}
