package io.datahub.launcher;

import io.datahub.client.Event;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Collectors;

/** Turns events into lines: topic, a space and the payload as it came; or JSON, as the hub has it on WebSocket. */
final class EventPrinter {

    private static final char FIRST_PRINTABLE = ' ';

    private final boolean json;

    EventPrinter(boolean json) {
        this.json = json;
    }

    /** The line with its end. */
    byte[] line(Event event) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        if (json) {
            line.writeBytes(json(event).getBytes(StandardCharsets.UTF_8));
        } else {
            line.writeBytes(event.topic().getBytes(StandardCharsets.UTF_8));
            line.write(' ');
            line.writeBytes(event.payload());
        }
        line.write('\n');
        return line.toByteArray();
    }

    private static String json(Event event) {
        String payload = text(event.payload())
                .map(text -> "\"data\":" + quote(text))
                .orElseGet(() -> "\"base64\":" + base64(event.payload()));
        String frames = event.more().isEmpty()
                ? ""
                : event.more().stream()
                        .map(EventPrinter::base64)
                        .collect(Collectors.joining(",", ",\"frames\":[", "]"));
        return "{\"topic\":" + quote(event.topic()) + "," + payload + frames + "}";
    }

    /** The text that the bytes are in UTF-8, if they are. */
    private static Optional<String> text(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static String base64(byte[] bytes) {
        return '"' + Base64.getEncoder().encodeToString(bytes) + '"';
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < FIRST_PRINTABLE) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
