package io.datahub.zeromq;

import io.datahub.api.user.Login;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A security mechanism: the hub's side of one handshake. For the connection's own thread. */
sealed interface Mechanism permits PlainMechanism, NullMechanism, CurveMechanism {

    /** Takes the peer's next command. */
    Turn receive(Command command) throws ProtocolException;

    /** The last command of the handshake, with what the hub says of itself. */
    ByteBuffer ready(Metadata ours);

    /** What everything goes in after that; empty if it goes in clear. */
    default Optional<CurveBoxes> boxes() {
        return Optional.empty();
    }

    /** What comes of a command. */
    sealed interface Turn {

        /** The handshake goes on with this answer. */
        record Answer(ByteBuffer bytes) implements Turn {}

        /** The peer proved who it is; what it says of itself has come. */
        record Proved(Login login, Metadata peer) implements Turn {}

        /** The peer is nobody whom the hub knows. */
        record Refused(String detail) implements Turn {}
    }
}
