package io.datahub.api.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * An event that a hub appends to the events of kept topics.
 *
 * @param topic its topic, without the character U+0000
 * @param user who publishes it
 * @param received when the hub received it, with a precision of milliseconds
 * @param rule the prefix of the rule that keeps it; empty if only the newest event of its topic is kept
 * @param newest what becomes of the newest event of its topic
 * @param identity recognizes the event when it is published again; empty if that isn't wanted
 * @param content where its bytes are
 */
public record NewLedgerEvent(
        String topic,
        String user,
        Instant received,
        Optional<String> rule,
        Newest newest,
        Optional<Identity> identity,
        LedgerEvent.Content content) {

    public NewLedgerEvent {
        Objects.requireNonNull(topic);
        Objects.requireNonNull(user);
        Objects.requireNonNull(received);
        Objects.requireNonNull(rule);
        Objects.requireNonNull(newest);
        Objects.requireNonNull(identity);
        Objects.requireNonNull(content);
    }

    /** What becomes of the newest event of a topic, which new subscribers get. */
    public enum Newest {
        /** No rule keeps it. */
        UNCHANGED,
        /** It is this event. */
        REPLACED,
        /** There is none any more, since this event has no payload. */
        REMOVED
    }

    /**
     * The identity of an event: two with the same one are the same event.
     *
     * @param key the identity, as text of any length
     * @param recognizedFor for how long the event is recognized from now on
     */
    public record Identity(String key, Duration recognizedFor) {
        public Identity {
            Objects.requireNonNull(key);
            Objects.requireNonNull(recognizedFor);
        }
    }
}
