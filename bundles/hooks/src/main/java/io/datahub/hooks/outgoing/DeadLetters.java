package io.datahub.hooks.outgoing;

import io.datahub.api.Refusal;
import io.datahub.api.hook.Webhooks.DeadLetter;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.StateEntry;
import io.datahub.api.state.StateLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Messages that a target has refused for good, in the state of the webhook. Thread-safe. */
final class DeadLetters {

    static final int MAX = 1_000;

    private static final String PREFIX = "letter/";
    private static final int MAX_REASON = 200;

    private final AdapterState state;

    DeadLetters(AdapterState state) {
        this.state = state;
    }

    /**
     * A letter as it is stored.
     *
     * @param key the key of its entry
     * @param shown what administrators see
     * @param message what is sent again; empty if it was too large to be kept
     */
    record Letter(String key, DeadLetter shown, Optional<Message> message) {}

    /**
     * Stores a message; one that is too large without its body. Throws if there is no room for it.
     *
     * @param refused when it was refused; with the same time, a repeated call stores it once
     */
    void add(Message message, String reason, Instant refused) throws IOException {
        if (state.list(PREFIX, "", MAX).size() >= MAX) {
            throw new IOException("there are " + MAX + " dead letters: send them again or drop them");
        }
        byte[] value = bytes(message, refused, reason, true);
        if (value.length > StateLimits.MAX_VALUE_BYTES) {
            value = bytes(message, refused, reason, false);
        }
        String key = PREFIX + refused.toEpochMilli() + "-" + message.id(); // 13 digits until 2286
        Optional<Refusal> refusal = state.put(key, value).refusal();
        if (refusal.isPresent()) {
            throw new IOException(
                    "a dead letter can't be stored: " + refusal.get().detail());
        }
    }

    private static byte[] bytes(Message message, Instant time, String reason, boolean withMessage) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeUTF(message.id());
        out.writeUTF(message.topic());
        out.writeLong(time.toEpochMilli());
        out.writeUTF(reason.substring(0, Math.min(MAX_REASON, reason.length())));
        out.writeBoolean(withMessage);
        if (withMessage) {
            out.write(message.toBytes());
        }
        return bytes.toByteArray();
    }

    List<Letter> list() throws IOException {
        List<Letter> letters = new ArrayList<>();
        for (StateEntry entry : state.list(PREFIX, "", MAX)) {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(entry.value()));
            String id = in.readUTF();
            String topic = in.readUTF();
            Instant time = Instant.ofEpochMilli(in.readLong());
            String reason = in.readUTF();
            Optional<Message> message =
                    in.readBoolean() ? Optional.of(Message.of(in.readAllBytes())) : Optional.empty();
            DeadLetter shown = new DeadLetter(id, topic, time, reason, message.isPresent());
            letters.add(new Letter(entry.key(), shown, message));
        }
        return letters;
    }

    void remove(Letter letter) throws IOException {
        state.delete(letter.key());
    }
}
