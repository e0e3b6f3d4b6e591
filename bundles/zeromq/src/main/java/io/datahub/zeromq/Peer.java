package io.datahub.zeromq;

import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.user.Login;
import io.datahub.zeromq.zmtp.Command;
import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.MessageReceiver;
import io.datahub.zeromq.zmtp.PeerText;
import io.datahub.zeromq.zmtp.ProtocolException;
import java.nio.ByteBuffer;

/** An authenticated client: handles messages according to its socket type. For the connection's thread. */
abstract class Peer implements MessageReceiver {

    private static final int MAX_PING_CONTEXT = 16;

    private final PeerContext connection;
    private final Session session;

    Peer(PeerContext connection, Session session) {
        this.connection = connection;
        this.session = session;
    }

    final PeerContext connection() {
        return connection;
    }

    final Session session() {
        return session;
    }

    /** Whether reading stops while a subscriber's queue is full (backpressure). */
    boolean appliesBackpressure() {
        return false;
    }

    @Override
    public void command(Command command) throws ProtocolException {
        switch (command.name()) {
            case "PING" -> ping(command.body());
            case "PONG" -> {} // any input shows that the peer is alive
            case "ERROR" -> throw new ProtocolException(DisconnectReason.BAD_FRAME, "the peer sent ERROR");
            default ->
                throw new ProtocolException(
                        DisconnectReason.BAD_FRAME, "unknown command " + PeerText.prefix(command.name()));
        }
    }

    private void ping(ByteBuffer body) throws ProtocolException {
        if (body.remaining() < Short.BYTES || body.remaining() > Short.BYTES + MAX_PING_CONTEXT) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME, "PING is malformed");
        }
        connection.setPeerTimeout(body.getShort(0) & 0xffff);
        byte[] context = new byte[body.remaining() - Short.BYTES];
        body.get(Short.BYTES, context);
        connection.send(Command.frame("PONG", context));
    }

    /** The maximum number of frames that may precede the topic. */
    int maxEnvelopeFrames() {
        return 0;
    }

    /** Called with the result of an event that was {@link Published#PENDING}. */
    void completed(Published published) {}

    /** Called when the user's grants changed. */
    void renewed(Login login) {}
}
