package io.datahub.zeromq.zmtp;

/**
 * A peer violated the protocol or a limit, so its connection is closed. Has no stack trace, since the fault is the
 * peer's.
 */
public final class ProtocolException extends Exception {

    private static final long serialVersionUID = 1L;

    private final DisconnectReason reason;

    public ProtocolException(DisconnectReason reason) {
        this(reason, reason.text());
    }

    public ProtocolException(DisconnectReason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    public DisconnectReason reason() {
        return reason;
    }
}
