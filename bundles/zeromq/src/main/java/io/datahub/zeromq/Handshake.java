package io.datahub.zeromq;

import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;

/** The commands of a security mechanism, up to the point where it is known who the peer is and what it wants. */
final class Handshake implements ProtocolState {

    private static final int COMMAND = 4;
    private static final int LONG = 2;
    private static final int MAX_BYTES = 8_192;

    private final Connection connection;
    private final Mechanism mechanism;
    private boolean over;

    Handshake(Connection connection, Mechanism mechanism) {
        this.connection = connection;
        this.mechanism = mechanism;
    }

    @Override
    public int read(SharedBuffer buffer, int from, int to) throws ProtocolException {
        ByteBuffer bytes = buffer.bytes();
        int at = from;
        while (!over && to - at >= 2) {
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
            take(Command.parse(bytes, at + header, end));
            at = end;
        }
        return at;
    }

    private void take(Command command) throws ProtocolException {
        if (command.name().equals("ERROR")) {
            throw new ProtocolException(DisconnectReason.BAD_HANDSHAKE, "the peer says ERROR");
        }
        Mechanism.Turn turn = mechanism.receive(command);
        if (turn instanceof Mechanism.Turn.Answer answer) {
            connection.send(answer.bytes());
        } else if (turn instanceof Mechanism.Turn.Proved proved) {
            over = true;
            SocketType type = proved.peer().socketType();
            connection.send(mechanism.ready(Metadata.of(Metadata.SOCKET_TYPE, type.counterpart())));
            connection.loggedIn(proved.login(), type, mechanism.boxes());
        } else if (turn instanceof Mechanism.Turn.Refused refused) {
            over = true;
            connection.refuse(DisconnectReason.UNAUTHENTICATED, refused.detail());
        }
    }

    @Override
    public long wanted() {
        return 0;
    }
}
