package io.datahub.zeromq.zmtp;

import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;

/** Exchanges the commands of a security mechanism, until the peer is authenticated and its socket type is known. */
public final class Handshake implements ProtocolState {

    private static final int COMMAND = 4;
    private static final int LONG = 2;
    private static final int MAX_BYTES = 8_192;

    private final ConnectionContext connection;
    private final Mechanism mechanism;
    private boolean done;

    public Handshake(ConnectionContext connection, Mechanism mechanism) {
        this.connection = connection;
        this.mechanism = mechanism;
    }

    @Override
    public int read(SharedBuffer buffer, int from, int to) throws ProtocolException {
        ByteBuffer bytes = buffer.bytes();
        int at = from;
        while (!done && to - at >= 2) {
            boolean isLong = (bytes.get(at) & LONG) != 0;
            if ((bytes.get(at) & ~LONG) != COMMAND) {
                throw new ProtocolException(DisconnectReason.BAD_HANDSHAKE, "a command was expected");
            }
            int header = isLong ? 9 : 2;
            if (to - at < header) {
                break;
            }
            long length = isLong ? bytes.getLong(at + 1) : bytes.get(at + 1) & 0xff;
            if (length < 0 || length > MAX_BYTES) {
                throw new ProtocolException(DisconnectReason.BAD_HANDSHAKE, "a command is too long");
            }
            int end = at + header + (int) length;
            if (end > to) {
                break;
            }
            handle(Command.parse(bytes, at + header, end));
            at = end;
        }
        return at;
    }

    private void handle(Command command) throws ProtocolException {
        if (command.name().equals("ERROR")) {
            throw new ProtocolException(DisconnectReason.BAD_HANDSHAKE, "the peer says ERROR");
        }
        Mechanism.Turn turn = mechanism.receive(command);
        if (turn instanceof Mechanism.Turn.Answer reply) {
            connection.send(reply.bytes());
        } else if (turn instanceof Mechanism.Turn.Proved success) {
            done = true;
            SocketType type = success.peer().socketType();
            connection.send(mechanism.ready(Metadata.of(Metadata.SOCKET_TYPE, type.counterpart())));
            connection.authenticated(success.login(), type);
        } else if (turn instanceof Mechanism.Turn.Refused refused) {
            done = true;
            connection.refuse(DisconnectReason.UNAUTHENTICATED, refused.detail());
        }
    }

    @Override
    public long expectedBytes() {
        return 0;
    }
}
