package io.datahub.zeromq;

import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.user.Login;
import java.nio.ByteBuffer;

/** A client that is logged in, by the type of its socket: what its messages mean. For its connection's thread. */
abstract sealed class Peer implements FrameReceiver permits SubscribingPeer, PublishingPeer, RequestingPeer {

    private static final int MAX_PING_CONTEXT = 16;

    private final Connection connection;
    private final Session session;

    Peer(Connection connection, Session session) {
        this.connection = connection;
        this.session = session;
    }

    static Peer of(SocketType type, Connection connection, Session session, ZeromqSettings settings) {
        int maxMessageBytes = settings.maxMessageBytes();
        return switch (type) {
            case SUB, XSUB -> new SubscribingPeer(connection, session);
            case PUB, XPUB -> new PublishingPeer(connection, session, maxMessageBytes, true);
            case PUSH -> new PublishingPeer(connection, session, maxMessageBytes, false);
            case REQ, DEALER -> new RequestingPeer(connection, session, maxMessageBytes, settings.maxFrames());
        };
    }

    final Connection connection() {
        return connection;
    }

    final Session session() {
        return session;
    }

    /** Whether it waits with what comes next while a receiver is full. */
    boolean waits() {
        return false;
    }

    @Override
    public void command(Command command) throws ProtocolException {
        switch (command.name()) {
            case "PING" -> ping(command.body());
            case "PONG" -> {} // whatever comes says that the peer lives
            case "ERROR" -> throw new ProtocolException(DisconnectReason.BAD_FRAME, "the peer says ERROR");
            default ->
                throw new ProtocolException(
                        DisconnectReason.BAD_FRAME,
                        "the command " + Peers.printable(command.name()) + " isn't known here");
        }
    }

    private void ping(ByteBuffer body) throws ProtocolException {
        if (body.remaining() < Short.BYTES || body.remaining() > Short.BYTES + MAX_PING_CONTEXT) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME, "PING is malformed");
        }
        connection.expectWithin(body.getShort(0) & 0xffff);
        byte[] context = new byte[body.remaining() - Short.BYTES];
        body.get(Short.BYTES, context);
        connection.send(Command.frame("PONG", context));
    }

    /** So many frames may precede the topic of its messages. */
    int maxEnvelopeFrames() {
        return 0;
    }

    /** What became of its event that was {@link Published#PENDING}. */
    void decided(Published published) {}

    /** Its user may do other things than before. */
    void renewed(Login login) {}
}
