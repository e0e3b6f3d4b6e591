package io.datahub.websocket;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.datahub.api.Refusal;
import java.util.Optional;

/** What the hub says besides events, as JSON. */
final class ServerMessage {

    private ServerMessage() {}

    static String welcome(String user) {
        return "{\"type\":\"welcome\",\"user\":" + quote(user) + "}";
    }

    static String ok(String id) {
        return "{\"type\":\"ok\",\"id\":" + id + "}";
    }

    /** @param id the JSON of the id of what was refused, if it had one */
    static String error(Optional<String> id, Refusal refusal) {
        return "{\"type\":\"error\","
                + id.map(json -> "\"id\":" + json + ",").orElse("")
                + "\"status\":"
                + refusal.reason().status()
                + ",\"detail\":"
                + quote(refusal.detail())
                + "}";
    }

    static String quote(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
