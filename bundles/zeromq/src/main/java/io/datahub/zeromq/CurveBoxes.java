package io.datahub.zeromq;

/**
 * The keys of one connection's traffic, which the handshake has made (RFC 26, "MESSAGE"), and the numbers that make the
 * nonces: those that go out never repeat, those that come in must grow. For the connection's thread.
 */
final class CurveBoxes {

    /** What stands before the content of each frame: the command's name, a nonce, the tag and the frame's flags. */
    static final int OVERHEAD = 33;

    /** Length and letters of the command's name, as eight bytes. */
    static final long NAME = 0x07_4d_45_53_53_41_47_45L;

    static final int NONCE_AT = 8;
    static final int BOX_AT = 16;
    static final int MORE = 1;
    static final int COMMAND = 2;

    private final CurveBox incoming;
    private final CurveBox outgoing;
    private long received;
    private long sent;

    /**
     * @param key what the short-term keys of both sides make
     * @param received the number of the last command that came
     * @param sent the number of the last command that went out
     */
    CurveBoxes(byte[] key, long received, long sent) {
        incoming = new CurveBox(key, "CurveZMQMESSAGEC");
        outgoing = new CurveBox(key, "CurveZMQMESSAGES");
        this.received = received;
        this.sent = sent;
    }

    CurveBox outgoing() {
        return outgoing;
    }

    /** The next number, for a box that goes out. */
    long nextNonce() {
        return ++sent;
    }

    /** The boxes that come in, of which the next has that number. */
    CurveBox incoming(long nonce) throws ProtocolException {
        if (Long.compareUnsigned(nonce, received) <= 0) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME, "a nonce came again");
        }
        received = nonce;
        return incoming;
    }
}
