package io.datahub.zeromq.zmtp;

import io.datahub.api.Result;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The NULL mechanism (RFC 23): no credentials, for the user {@code anonymous} if the hub has one. */
public record NullMechanism(Function<Credentials, CompletionStage<Result<Login>>> authenticator) implements Mechanism {

    public static final String NAME = "NULL";

    @Override
    public Outcome receive(Command command) throws ProtocolException {
        if (!command.name().equals("READY")) {
            throw new ProtocolException(DisconnectReason.BAD_HANDSHAKE, "READY was expected");
        }
        Metadata peer = Metadata.parse(command.body());
        return Mechanism.outcome(
                authenticator.apply(new Credentials.None()),
                result -> result instanceof Result.Done<Login> done
                        ? new Outcome.Authenticated(done.value(), peer)
                        : new Outcome.Refused(result.refusal().orElseThrow().detail()));
    }

    @Override
    public ByteBuffer ready(Metadata hubMetadata) {
        return Command.frame("READY", hubMetadata.bytes());
    }
}
