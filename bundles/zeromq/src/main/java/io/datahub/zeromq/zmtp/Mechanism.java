package io.datahub.zeromq.zmtp;

import io.datahub.api.user.Login;
import java.nio.ByteBuffer;

/** A security mechanism: the server side of one handshake. For the connection's thread. */
public interface Mechanism {

    /** Handles the peer's next command. */
    Outcome receive(Command command) throws ProtocolException;

    /** The last command of the handshake, with the hub's metadata. */
    ByteBuffer ready(Metadata hubMetadata);

    /** The result of a command. */
    sealed interface Outcome {

        /** The handshake continues with this reply. */
        record Reply(ByteBuffer bytes) implements Outcome {}

        /** The peer is authenticated, and its metadata are received. */
        record Authenticated(Login login, Metadata peer) implements Outcome {}

        /** Authentication failed. */
        record Rejected(String detail) implements Outcome {}
    }
}
