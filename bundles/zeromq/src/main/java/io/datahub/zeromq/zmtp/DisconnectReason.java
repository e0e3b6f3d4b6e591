package io.datahub.zeromq.zmtp;

import java.util.Locale;

/** Why a connection was closed. */
public enum DisconnectReason {
    PEER("the peer closed it", false),
    LOST("the connection broke", false),
    ENDED("the session ended", false),
    STOPPED("the endpoint stops", false),
    IDLE("the peer answered nothing for too long", false),
    BAD_GREETING("it began with something that is no ZMTP greeting", true),
    BAD_PROXY_HEADER("a listed proxy began with a malformed PROXY header", true),
    OLD_VERSION("the peer speaks a ZMTP older than 3.0", true),
    UNKNOWN_MECHANISM("the peer wants a security mechanism that isn't served", true),
    BAD_HANDSHAKE("the handshake didn't follow the protocol", true),
    TOO_MANY_HANDSHAKES("it was the oldest of more handshakes than may go on at once", true),
    HANDSHAKE_TIMEOUT("the handshake took too long", true),
    UNAUTHENTICATED("the credentials are not right", true),
    BAD_SOCKET_TYPE("the peer's socket type isn't served", true),
    BAD_FRAME("a frame or command didn't follow the protocol", true),
    TOO_LARGE("a message is larger than allowed", true),
    TOO_MANY_FRAMES("a message has more frames than allowed", true),
    TOO_MANY_SUBSCRIPTIONS("the peer has more subscriptions than allowed", true),
    TOO_MANY_CONNECTIONS("there are more connections than allowed", true),
    OUT_OF_MEMORY("it held the most of all messages received in part, and they were too much together", true),
    FAILED("the endpoint failed; see the log", true);

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
