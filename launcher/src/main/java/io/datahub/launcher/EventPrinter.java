package io.datahub.launcher;

import io.datahub.client.Event;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Collectors;

/** Formats events as lines: topic, a space and the unmodified payload; or as JSON in the hub's WebSocket format. */
final class EventPrinter {

    private static final char FIRST_PRINTABLE = ' ';

    private final boolean json;

    EventPrinter(boolean json) {
        this.json = json;
    }

    /** Returns the line including its line terminator. */
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

    /** Decodes the bytes as UTF-8; empty if they are not valid UTF-8. */
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
