package io.datahub.zeromq.zmtp;

import io.datahub.api.Result;
import io.datahub.api.user.Login;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A security mechanism: the server side of one handshake. For the connection's thread. */
public interface Mechanism {

    /** Handles the peer's next command. */
    Outcome receive(Command command) throws ProtocolException;

    /** The last command of the handshake, with the hub's metadata. */
    ByteBuffer ready(Metadata hubMetadata);

    /** Continues a handshake with the result of authentication. */
    interface Continuation {
        Outcome after(Result<Login> login) throws ProtocolException;
    }

    /** The outcome of an authentication: at once if its result is at hand. */
    static Outcome outcome(CompletionStage<Result<Login>> login, Continuation next) throws ProtocolException {
        CompletableFuture<Result<Login>> result = login.toCompletableFuture();
        return result.isDone() ? next.after(result.join()) : new Outcome.Pending(login, next);
    }

    /** The result of a command. */
    sealed interface Outcome {

        /** The handshake continues with this reply. */
        record Reply(ByteBuffer bytes) implements Outcome {}

        /** The peer is authenticated, and its metadata are received. */
        record Authenticated(Login login, Metadata peer) implements Outcome {}

        /**
         * The result of authentication isn't known yet.
         *
         * @param login completed on any thread
         * @param next continues with it on the connection's thread
         */
        record Pending(CompletionStage<Result<Login>> login, Continuation next) implements Outcome {}

        /** Authentication failed. */
        record Refused(String detail) implements Outcome {}
    }
}
