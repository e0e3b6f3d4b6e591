package io.datahub.websocket;

import io.datahub.api.record.Cursor;
import io.datahub.api.user.Credentials;
import java.util.List;
import java.util.Optional;

/** What a client can say. */
sealed interface ClientMessage {

    /** Its number or name, as JSON, if the client gave it one; it stands in the answer. */
    Optional<String> id();

    /** Shows a token. */
    record Auth(Optional<String> id, Credentials.Token token) implements ClientMessage {}

    /** Wants the topics with these prefixes; with a cursor also the file events after it. */
    record Subscribe(Optional<String> id, List<String> topics, Optional<Cursor> since) implements ClientMessage {}

    /** Takes subscriptions back. */
    record Unsubscribe(Optional<String> id, List<String> topics) implements ClientMessage {}

    /** Publishes an event. */
    @SuppressWarnings("ArrayRecordComponent") // made, published and forgotten; never compared
    record Publish(Optional<String> id, String topic, byte[] payload) implements ClientMessage {}
}
