package io.datahub.karaf;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** A WebSocket client that subscribes to topics and collects events. */
final class WebSocketClient implements WebSocket.Listener {

    private final Heard received;
    private final StringBuilder text = new StringBuilder();
    private volatile int closeCode;

    private WebSocketClient(Heard received) {
        this.received = received;
    }

    static WebSocketClient subscriber(Hub hub, String token, Heard received, String... prefixes) {
        WebSocketClient client = new WebSocketClient(received);
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + token)
                .subprotocols("datahub.v1")
                .buildAsync(URI.create("ws://127.0.0.1:" + hub.httpPort() + "/events"), client)
                .join();
        socket.sendText(
                        "{\"type\":\"subscribe\",\"topics\":[\"" + String.join("\",\"", prefixes) + "\"],\"id\":1}",
                        true)
                .join();
        return client;
    }

    /** The close code sent by the hub; 0 while the connection is open. */
    int closeCode() {
        return closeCode;
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            Map<String, String> message = parse(text.toString());
            text.setLength(0);
            if ("event".equals(message.get("type"))) {
                received.add(message.get("topic"), message.get("data").getBytes(StandardCharsets.UTF_8));
            }
        }
        socket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        closeCode = code;
        received.end();
        return null;
    }

    /** Parses the string members of a flat JSON object. */
    static Map<String, String> parse(String json) {
        Map<String, String> members = new HashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_STRING && parser.currentName() != null) {
                    members.putIfAbsent(parser.currentName(), parser.getText());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return members;
    }
}
