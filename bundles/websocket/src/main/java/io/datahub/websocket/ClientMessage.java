package io.datahub.websocket;

import io.datahub.api.record.Cursor;
import io.datahub.api.user.Credentials;
import java.util.List;
import java.util.Optional;

/** A message from a client. */
sealed interface ClientMessage {

    /** The message id as JSON, if the client sent one; it is repeated in the reply. */
    Optional<String> id();

    /** Authenticates with a token. */
    record Auth(Optional<String> id, Credentials.Token token) implements ClientMessage {}

    /** Subscribes to topic prefixes; with a cursor, kept events after it are replayed. */
    record Subscribe(Optional<String> id, List<String> topics, Optional<Cursor> since) implements ClientMessage {}

    /** Removes subscriptions. */
    record Unsubscribe(Optional<String> id, List<String> topics) implements ClientMessage {}

    /** Publishes an event. */
    @SuppressWarnings("ArrayRecordComponent") // short-lived and never compared
    record Publish(Optional<String> id, String topic, byte[] payload) implements ClientMessage {}
}
