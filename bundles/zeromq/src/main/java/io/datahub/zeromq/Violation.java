package io.datahub.zeromq;

/** A peer broke the protocol or a limit, so its connection is to be closed. Has no stack trace: it is the peer's fault. */
final class Violation extends Exception {

    private static final long serialVersionUID = 1L;

    private final Closure reason;

    Violation(Closure reason) {
        this(reason, reason.text());
    }

    Violation(Closure reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    Closure reason() {
        return reason;
    }
}
