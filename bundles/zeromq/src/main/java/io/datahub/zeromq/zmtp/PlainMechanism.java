package io.datahub.zeromq.zmtp;

import io.datahub.api.Result;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The PLAIN mechanism (RFC 24): a user name, and a token as the password. */
public final class PlainMechanism implements Mechanism {

    public static final String NAME = "PLAIN";

    private final Function<Credentials, CompletionStage<Result<Login>>> authenticator;
    private Login login;

    public PlainMechanism(Function<Credentials, CompletionStage<Result<Login>>> authenticator) {
        this.authenticator = authenticator;
    }

    @Override
    public Outcome receive(Command command) throws ProtocolException {
        if (login == null && command.name().equals("HELLO")) {
            return hello(command.body().duplicate());
        }
        if (login != null && command.name().equals("INITIATE")) {
            return new Outcome.Authenticated(login, Metadata.parse(command.body()));
        }
        throw new ProtocolException(
                DisconnectReason.BAD_HANDSHAKE, (login == null ? "HELLO" : "INITIATE") + " was expected");
    }

    private Outcome hello(ByteBuffer body) throws ProtocolException {
        String user = new String(field(body), StandardCharsets.UTF_8);
        byte[] token = field(body);
        if (body.hasRemaining()) {
            throw malformed();
        }
        return Mechanism.outcome(
                authenticator.apply(new Credentials.Token(Optional.of(user), token)), this::authenticated);
    }

    private Outcome authenticated(Result<Login> result) {
        if (result instanceof Result.Done<Login> done) {
            login = done.value();
            return new Outcome.Reply(Command.frame("WELCOME", new byte[0]));
        }
        return new Outcome.Refused(result.refusal().orElseThrow().detail());
    }

    private static byte[] field(ByteBuffer body) throws ProtocolException {
        int length = body.hasRemaining() ? body.get() & 0xff : -1;
        if (length < 0 || length > body.remaining()) {
            throw malformed();
        }
        byte[] field = new byte[length];
        body.get(field);
        return field;
    }

    private static ProtocolException malformed() {
        return new ProtocolException(DisconnectReason.BAD_HANDSHAKE, "HELLO is malformed");
    }

    @Override
    public ByteBuffer ready(Metadata hubMetadata) {
        return Command.frame("READY", hubMetadata.bytes());
    }
}
