package io.datahub.zeromq;

/**
 * A peer violated the protocol or a limit, so its connection is closed. Has no stack trace, since the fault is the
 * peer's.
 */
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
