package io.datahub.zeromq;

import io.datahub.api.event.Session;
import io.datahub.api.event.SharedBuffer;
import io.datahub.zeromq.zmtp.Command;
import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A SUB or XSUB socket: its messages and commands are subscriptions (RFC 29; ZMTP 3.0 and 3.1). */
final class SubscribingPeer extends Peer {

    private static final int MAX_PREFIX_BYTES = 4_200;

    /** Who subscribes to this gets the cursor of each event that has one, as its last frame. */
    private static final byte[] CURSOR = "hub.cursor".getBytes(StandardCharsets.US_ASCII);

    SubscribingPeer(PeerContext connection, Session session) {
        super(connection, session);
    }

    @Override
    public long maxBytes(int frames) {
        return 1L + MAX_PREFIX_BYTES;
    }

    /**
     * A byte, 1 to subscribe or 0 to unsubscribe, and the topic prefix. Other messages, which an XSUB may send, are
     * ignored.
     */
    @Override
    public boolean message(SharedBuffer buffer, int start, int end, int firstStart, int firstEnd, int frames)
            throws ProtocolException {
        if (firstStart == firstEnd) {
            return true;
        }
        ByteBuffer bytes = buffer.bytes();
        byte operation = bytes.get(firstStart);
        byte[] prefix = new byte[firstEnd - firstStart - 1];
        bytes.get(firstStart + 1, prefix);
        if (operation == 1) {
            subscribe(prefix);
        } else if (operation == 0) {
            unsubscribe(prefix);
        }
        return true;
    }

    @Override
    public void command(Command command) throws ProtocolException {
        if (command.body().remaining() > MAX_PREFIX_BYTES) {
            throw new ProtocolException(DisconnectReason.TOO_LARGE);
        }
        switch (command.name()) {
            case "SUBSCRIBE" -> subscribe(command.bytes());
            case "CANCEL" -> unsubscribe(command.bytes());
            default -> super.command(command);
        }
    }

    private void unsubscribe(byte[] prefix) {
        session().unsubscribe(prefix);
        if (Arrays.equals(prefix, CURSOR)) {
            connection().showCursors(false);
        }
    }

    private void subscribe(byte[] prefix) throws ProtocolException {
        if (Arrays.equals(prefix, CURSOR)) {
            connection().showCursors(true);
        }
        if (!session().subscribe(prefix)) {
            throw new ProtocolException(DisconnectReason.TOO_MANY_SUBSCRIPTIONS);
        }
    }
}
