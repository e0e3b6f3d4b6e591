package io.datahub.launcher;

import io.datahub.client.EventStream;
import io.datahub.client.HubClient;
import io.datahub.client.HubConnectionException;
import io.datahub.client.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;

/** {@code datahub pub}: publishes an event, or one event per line of the input. */
final class PubCommand {

    private static final String USAGE = "pub [--wait SECONDS] TOPIC [PAYLOAD | - | --lines [--stream]]";

    private final Options options;
    private final InputStream input;

    PubCommand(InputStream input, String... arguments) throws CommandFailure {
        this.input = input;
        options = new Options(USAGE, Set.of("--lines", "--stream"), Set.of("--wait"), arguments);
        int maxWords = options.has("--lines") ? 1 : 2;
        if (options.words().isEmpty() || options.words().size() > maxWords) {
            throw options.usageError("give a topic and at most one payload");
        }
        if (options.has("--stream") && !options.has("--lines")) {
            throw options.usageError("--stream requires --lines");
        }
    }

    /** Publishes a payload, acknowledged or streamed. */
    private interface Publication {
        void publish(byte[] payload) throws IOException, CommandFailure;
    }

    void run(HubAccess access) throws IOException, CommandFailure {
        Duration timeout = options.number("--wait").map(Duration::ofSeconds).orElse(HubClient.DEFAULT_TIMEOUT);
        String topic = options.words().get(0);
        try (HubClient client = access.connect(timeout)) {
            if (options.has("--stream")) {
                EventStream stream = client.stream();
                publishLines(payload -> stream.publish(topic, payload));
            } else if (options.has("--lines")) {
                publishLines(payload -> publish(client, topic, payload));
            } else {
                publish(client, topic, payload());
            }
        } catch (HubConnectionException e) {
            throw new CommandFailure(CommandFailure.UNAVAILABLE, e.getMessage());
        }
    }

    private byte[] payload() throws IOException {
        String word = options.words().size() > 1 ? options.words().get(1) : "";
        return word.equals("-") ? input.readAllBytes() : word.getBytes(StandardCharsets.UTF_8);
    }

    private static void publish(HubClient client, String topic, byte[] payload) throws IOException, CommandFailure {
        Reply reply = client.publish(topic, payload);
        if (!reply.isAccepted()) {
            throw new CommandFailure(
                    CommandFailure.REFUSED, "The hub refused the event (" + reply.status() + "): " + reply.detail());
        }
    }

    /** Publishes each line as it is read, in any encoding; the last one may have no terminator. */
    private void publishLines(Publication publication) throws IOException, CommandFailure {
        byte[] block = new byte[65_536];
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int count = input.read(block); count >= 0; count = input.read(block)) {
            int start = 0;
            for (int i = 0; i < count; i++) {
                if (block[i] == '\n') {
                    line.write(block, start, i - start);
                    publication.publish(line.toByteArray());
                    line.reset();
                    start = i + 1;
                }
            }
            line.write(block, start, count - start);
        }
        if (line.size() > 0) {
            publication.publish(line.toByteArray());
        }
    }
}
