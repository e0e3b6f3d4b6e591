package io.datahub.history.rules;

import io.datahub.api.Result;
import io.datahub.api.Sha256;
import io.datahub.api.cloudevent.CloudEvent;
import io.datahub.api.cloudevent.CloudEventMessage;
import io.datahub.api.cloudevent.CloudEventReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * Which CloudEvent it is: the first half of the SHA-256 of its topic, {@code source} and {@code id}. The topic counts, since
 * who may publish another one mustn't suppress events.
 *
 * @param high the first eight bytes
 * @param low the next ones
 */
public record EventIdentity(long high, long low) {

    /** The identity of an event; empty if its payload isn't a CloudEvent. */
    public static Optional<EventIdentity> of(String topic, ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.duplicate().get(bytes);
        Result<CloudEventMessage> message = CloudEventReader.read(bytes, "the payload");
        return message.isRefused()
                ? Optional.empty()
                : Optional.of(of(topic, message.get().event()));
    }

    private static EventIdentity of(String topic, CloudEvent event) {
        MessageDigest digest = Sha256.digest();
        for (String text : List.of(topic, event.text("source"))) {
            digest.update(text.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
        ByteBuffer hash = ByteBuffer.wrap(digest.digest(event.text("id").getBytes(StandardCharsets.UTF_8)));
        return new EventIdentity(hash.getLong(), hash.getLong());
    }

    /** As 32 hexadecimal digits. */
    public String hex() {
        return String.format("%016x%016x", high, low);
    }
}
