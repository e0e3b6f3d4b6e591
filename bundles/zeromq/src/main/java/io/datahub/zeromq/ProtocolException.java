package io.datahub.zeromq;

/** A peer broke the protocol or a limit, so its connection is to be closed. Has no stack trace: it is the peer's fault. */
final class ProtocolException extends Exception {

    private static final long serialVersionUID = 1L;

    private final DisconnectReason reason;

    ProtocolException(DisconnectReason reason) {
        this(reason, reason.text());
    }

    ProtocolException(DisconnectReason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    DisconnectReason reason() {
        return reason;
    }
}
