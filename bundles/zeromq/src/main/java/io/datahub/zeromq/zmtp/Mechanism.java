package io.datahub.zeromq.zmtp;

import io.datahub.api.user.Login;
import java.nio.ByteBuffer;

/** A security mechanism: the server side of one handshake. For the connection's thread. */
public interface Mechanism {

    /** Handles the peer's next command. */
    Turn receive(Command command) throws ProtocolException;

    /** The last command of the handshake, with the hub's metadata. */
    ByteBuffer ready(Metadata hubMetadata);

    /** The result of a command. */
    sealed interface Turn {

        /** The handshake continues with this reply. */
        record Answer(ByteBuffer bytes) implements Turn {}

        /** The peer is authenticated, and its metadata are received. */
        record Proved(Login login, Metadata peer) implements Turn {}

        /** Authentication failed. */
        record Refused(String detail) implements Turn {}
    }
}
