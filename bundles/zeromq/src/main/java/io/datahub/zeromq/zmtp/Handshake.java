package io.datahub.zeromq.zmtp;

import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;

/** Exchanges the commands of a security mechanism, until the peer is authenticated and its socket type is known. */
public final class Handshake implements ProtocolState {

    private static final int MAX_BYTES = 8_192;

    private final ConnectionContext connection;
    private final Mechanism mechanism;
    private boolean done;

    /** Whether the peer's authentication isn't completed yet. */
    private boolean waiting;

    public Handshake(ConnectionContext connection, Mechanism mechanism) {
        this.connection = connection;
        this.mechanism = mechanism;
    }

    @Override
    public int read(SharedBuffer buffer, int from, int to) throws ProtocolException {
        ByteBuffer bytes = buffer.bytes();
        int at = from;
        while (!done && !waiting && to - at >= FrameHeader.SHORT) {
            int flags = bytes.get(at);
            if ((flags & ~FrameHeader.LONG) != FrameHeader.COMMAND) {
                throw new ProtocolException(DisconnectReason.BAD_HANDSHAKE, "a command was expected");
            }
            int body = at + FrameHeader.size(flags);
            if (body > to) {
                break;
            }
            long length = FrameHeader.bodySize(bytes, at, flags);
            if (length < 0 || length > MAX_BYTES) {
                throw new ProtocolException(
                        DisconnectReason.BAD_HANDSHAKE, "a command exceeds " + MAX_BYTES + " bytes");
            }
            if (length > to - body) {
                break;
            }
            at = body + (int) length;
            handle(Command.parse(bytes, body, at));
        }
        return at;
    }

    private void handle(Command command) throws ProtocolException {
        if (command.name().equals("ERROR")) {
            throw new ProtocolException(DisconnectReason.BAD_HANDSHAKE, "the peer sent ERROR");
        }
        handle(mechanism.receive(command));
    }

    private void handle(Mechanism.Outcome outcome) throws ProtocolException {
        if (outcome instanceof Mechanism.Outcome.Reply reply) {
            connection.send(reply.bytes());
        } else if (outcome instanceof Mechanism.Outcome.Pending pending) {
            waiting = true;
            connection.await(pending.login(), login -> {
                waiting = false;
                handle(pending.next().after(login));
            });
        } else if (outcome instanceof Mechanism.Outcome.Authenticated success) {
            done = true;
            SocketType type = success.peer().socketType();
            connection.send(mechanism.ready(Metadata.of(Metadata.SOCKET_TYPE, type.counterpart())));
            connection.authenticated(success.login(), type);
        } else if (outcome instanceof Mechanism.Outcome.Refused refused) {
            done = true;
            connection.refuse(DisconnectReason.UNAUTHENTICATED, refused.detail());
        }
    }

    @Override
    public long expectedBytes() {
        return 0;
    }
}
