package io.datahub.websocket;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.datahub.api.Refusal;
import java.util.Optional;
import java.util.UUID;

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

    /** The same to a client that knows nothing but CloudEvents. */
    static String refusedEvent(Optional<String> id, Refusal refusal) {
        return "{\"specversion\":\"1.0\",\"id\":\""
                + UUID.randomUUID()
                + "\",\"source\":\""
                + EventText.SOURCE
                + "\",\"type\":\"io.datahub.error\",\"datacontenttype\":\"application/json\",\"data\":"
                + error(id, refusal)
                + "}";
    }

    static String quote(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
