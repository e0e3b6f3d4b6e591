package io.datahub.websocket;

import io.datahub.api.Refusal;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.util.Callback;

/** The connection of a client, as its message handler and the endpoint use it. */
interface WebSocketClient {

    /** Demands the next frame; called once for each frame, when it has been handled completely. */
    void demand();

    /** Sends the reply to a message, if any, and demands the next frame. */
    void reply(Optional<String> id, Optional<Refusal> refusal);

    /** Sends the reply to a subscription, if any, and demands the next frame. */
    void replySubscribed(Optional<String> id, List<String> granted);

    /** Sends a text frame. */
    void send(String json, Callback written);

    /** Called when the client has authenticated with an auth message. */
    void loggedIn();

    /** Closes the connection and reads on to receive the client's close frame. */
    void refuse(int code, String reason);

    /**
     * Sends a close frame, and aborts the connection if the client's close frame doesn't arrive in time. Thread-safe.
     */
    void close(int code, String reason);

    /** The number of buffered bytes of an incomplete message. */
    int bufferedBytes();
}
