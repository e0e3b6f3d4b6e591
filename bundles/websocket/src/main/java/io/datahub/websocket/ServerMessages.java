package io.datahub.websocket;

import io.datahub.api.Refusal;
import io.datahub.api.json.JsonText;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** Builds the JSON messages that the hub sends, except events. */
final class ServerMessages {

    private ServerMessages() {}

    static String welcome(String user) {
        return "{\"type\":\"welcome\",\"user\":" + JsonText.quoted(user) + "}";
    }

    static String ok(String id) {
        return "{\"type\":\"ok\",\"id\":" + id + "}";
    }

    /** @param granted the topic prefixes that the subscription covers */
    static String ok(String id, List<String> granted) {
        return granted.stream()
                .map(JsonText::quoted)
                .collect(Collectors.joining(",", "{\"type\":\"ok\",\"id\":" + id + ",\"granted\":[", "]}"));
    }

    /** @param id the id of the refused message as JSON, if it had one */
    static String error(Optional<String> id, Refusal refusal) {
        return "{\"type\":\"error\","
                + id.map(json -> "\"id\":" + json + ",").orElse("")
                + "\"status\":"
                + refusal.reason().status()
                + ",\"detail\":"
                + JsonText.quoted(refusal.detail())
                + "}";
    }

    /** The error as a CloudEvent, for clients that only accept CloudEvents. */
    static String errorEvent(Optional<String> id, Refusal refusal) {
        return "{\"specversion\":\"1.0\",\"id\":\""
                + UUID.randomUUID()
                + "\",\"source\":\""
                + EventText.SOURCE
                + "\",\"type\":\"io.datahub.error\",\"datacontenttype\":\"application/json\",\"data\":"
                + error(id, refusal)
                + "}";
    }
}
