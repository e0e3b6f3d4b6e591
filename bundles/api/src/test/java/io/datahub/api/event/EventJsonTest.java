package io.datahub.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.json.ByteBuilder;
import io.datahub.api.json.JsonText;
import io.datahub.api.json.Utf8;
import io.datahub.api.record.Cursor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventJsonTest {

    private static final String[] TEXTS = {
        "", "build.a", "file.created/x", "\u0000\u0001\u001f\u007f", "\"\\/\b\t\n\f\r", "\u00e4\u20ac", "<&>'"
    };

    private static byte[] frame(int flags, byte[] content) {
        ByteBuffer frame = content.length < 256
                ? ByteBuffer.allocate(2 + content.length).put((byte) flags).put((byte) content.length)
                : ByteBuffer.allocate(9 + content.length)
                        .put((byte) (flags | 2))
                        .putLong(content.length);
        return frame.put(content).array();
    }

    private static EventRun run(byte[] topic, List<byte[]> frames, String user, long time) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(frame(1, topic));
        for (int i = 0; i < frames.size(); i++) {
            bytes.writeBytes(frame(i + 1 < frames.size() ? 1 : 0, frames.get(i)));
        }
        return new EventRun(new SharedBuffer(ByteBuffer.wrap(bytes.toByteArray())), 0, bytes.size(), 1, user, time);
    }

    private static byte[] bytes(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> {
                byte[] any = new byte[random.nextInt(300)];
                random.nextBytes(any);
                yield any;
            }
            case 1 -> "x".repeat(random.nextInt(300)).getBytes(StandardCharsets.UTF_8);
            default ->
                (TEXTS[random.nextInt(TEXTS.length)] + "x\ud83d\ude00" + TEXTS[random.nextInt(TEXTS.length)])
                        .getBytes(StandardCharsets.UTF_8);
        };
    }

    @Test
    void shouldWriteWhatAJsonGeneratorWrites() {
        Random random = new Random(11);
        for (int i = 0; i < 5_000; i++) {
            String topic =
                    TEXTS[1 + random.nextInt(2)] + (random.nextBoolean() ? TEXTS[random.nextInt(TEXTS.length)] : "");
            byte[] name = topic.replaceAll("[ \u0000].*", "").getBytes(StandardCharsets.UTF_8);
            List<byte[]> frames = random.nextInt(5) == 0
                    ? List.of(bytes(random), bytes(random), bytes(random))
                    : List.of(bytes(random));
            String user = random.nextBoolean() ? "" : TEXTS[random.nextInt(TEXTS.length)];
            EventRun run = run(name, frames, user, 1_800_000_000_000L + random.nextInt(3));
            if (random.nextBoolean()) {
                run = run.at(new Cursor("e1", random.nextInt(9), random.nextInt(9)));
            }
            boolean withHubUser = random.nextBoolean();
            EventReader reader = new EventReader(run);
            reader.next();
            ByteBuilder json = new ByteBuilder(0);
            EventJson.append(json, run, reader, withHubUser);
            assertThat(json.toString()).isEqualTo(generated(run, name, frames, withHubUser));
        }
    }

    private static String generated(EventRun run, byte[] topic, List<byte[]> frames, boolean withHubUser) {
        String name = new String(topic, StandardCharsets.UTF_8);
        return new String(
                JsonText.of(json -> {
                    json.writeStartObject();
                    json.writeStringField("type", "event");
                    json.writeStringField("topic", name);
                    if (withHubUser || !run.user().isEmpty()) {
                        json.writeStringField("user", run.user());
                    }
                    json.writeStringField(
                            "time", Instant.ofEpochMilli(run.timeMillis()).toString());
                    if (run.cursor().isPresent() && !name.startsWith("file.")) {
                        json.writeStringField("cursor", run.cursor().get().toString());
                    }
                    writePayload(json, frames.get(0));
                    if (frames.size() > 1) {
                        json.writeArrayFieldStart("frames");
                        for (byte[] frame : frames.subList(1, frames.size())) {
                            json.writeBinary(frame);
                        }
                        json.writeEndArray();
                    }
                    json.writeEndObject();
                }),
                StandardCharsets.UTF_8);
    }

    private static void writePayload(JsonGenerator json, byte[] payload) throws java.io.IOException {
        if (Utf8.isValid(payload)) {
            json.writeFieldName("data");
            json.writeUTF8String(payload, 0, payload.length);
        } else {
            json.writeBinaryField("base64", payload);
        }
    }

    @Test
    void shouldReplaceWhatIsNoUtf8InATopic() {
        EventRun run = run(new byte[] {'a', (byte) 0xff}, List.of(new byte[] {'x'}), "ci", 0);
        EventReader reader = new EventReader(run);
        reader.next();
        ByteBuilder json = new ByteBuilder(0);
        EventJson.append(json, run, reader, true);
        assertThat(json.toString())
                .isEqualTo(
                        "{\"type\":\"event\",\"topic\":\"a\ufffd\",\"user\":\"ci\",\"time\":\"1970-01-01T00:00:00Z\","
                                + "\"data\":\"x\"}");
    }
}
