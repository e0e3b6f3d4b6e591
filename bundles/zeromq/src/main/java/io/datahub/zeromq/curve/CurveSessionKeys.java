package io.datahub.zeromq.curve;

import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.ProtocolException;

/**
 * The session keys of one connection, as established by the handshake (RFC 26, "MESSAGE"), and its nonce counters:
 * outgoing nonces never repeat, incoming ones must increase. For the connection's thread.
 */
public final class CurveSessionKeys {

    /** Bytes added to each frame's body: command name, nonce, tag and flags. */
    static final int OVERHEAD = 33;

    /** Length and name of the MESSAGE command, as eight bytes. */
    static final long NAME = 0x07_4d_45_53_53_41_47_45L;

    static final int NONCE_AT = 8;
    static final int BOX_AT = 16;
    static final int MORE = 1;
    static final int COMMAND = 2;

    private final CurveBox incoming;
    private final CurveBox outgoing;
    private long lastReceived;
    private long lastSent;

    /**
     * @param key the shared key of both short-term key pairs
     * @param lastReceived the nonce of the last command received
     * @param lastSent the nonce of the last command sent
     * @param batch the thread's
     */
    CurveSessionKeys(byte[] key, long lastReceived, long lastSent, KeyStreamBatch batch) {
        incoming = new CurveBox(key, "CurveZMQMESSAGEC", batch);
        outgoing = new CurveBox(key, "CurveZMQMESSAGES", batch);
        this.lastReceived = lastReceived;
        this.lastSent = lastSent;
    }

    CurveBox outgoing() {
        return outgoing;
    }

    CurveBox incoming() {
        return incoming;
    }

    /** The nonce of the next outgoing box. */
    long nextNonce() {
        return ++lastSent;
    }

    /** The nonce of the last outgoing box. */
    long lastSent() {
        return lastSent;
    }

    /**
     * Checks the nonce of an incoming box.
     *
     * @throws ProtocolException if the nonce isn't greater than all before
     */
    CurveBox incoming(long nonce) throws ProtocolException {
        if (Long.compareUnsigned(nonce, lastReceived) <= 0) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME, "a nonce was repeated");
        }
        lastReceived = nonce;
        return incoming;
    }
}
