package io.datahub.zeromq.zmtp;

import java.util.Locale;

/** Why a connection was closed. */
public enum DisconnectReason {
    PEER("the peer closed the connection", false),
    LOST("the connection was lost", false),
    ENDED("the session ended", false),
    STOPPED("the endpoint was stopped", false),
    IDLE("the peer sent nothing within the idle timeout", false),
    BAD_GREETING("the first bytes aren't a ZMTP greeting", true),
    BAD_PROXY_HEADER("a listed proxy sent a malformed PROXY header", true),
    OLD_VERSION("the peer's ZMTP version is older than 3.0", true),
    UNKNOWN_MECHANISM("the peer requested an unsupported security mechanism", true),
    BAD_HANDSHAKE("the peer violated the handshake protocol", true),
    TOO_MANY_HANDSHAKES("it was the oldest pending handshake when maxHandshakes was reached", true),
    HANDSHAKE_TIMEOUT("the handshake wasn't completed within handshakeMillis", true),
    UNAUTHENTICATED("the credentials are invalid", true),
    BAD_SOCKET_TYPE("the peer's socket type isn't supported", true),
    BAD_FRAME("the peer sent an invalid frame or command", true),
    TOO_LARGE("a message exceeds the size limit", true),
    TOO_MANY_FRAMES("a message exceeds maxFrames", true),
    TOO_MANY_SUBSCRIPTIONS("the session exceeds its limit of subscriptions", true),
    TOO_MANY_CONNECTIONS("the limit of connections, in total or per address, is reached", true),
    OUT_OF_MEMORY("partially received messages exceeded maxReceivingBytes, and this peer held the most", true),
    FAILED("internal error; see the log", true);

    private final String text;
    private final boolean abnormal;

    DisconnectReason(String text, boolean abnormal) {
        this.text = text;
        this.abnormal = abnormal;
    }

    public String text() {
        return text;
    }

    /** Whether it is logged at level INFO for operators. */
    public boolean isAbnormal() {
        return abnormal;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
