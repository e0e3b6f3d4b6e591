package io.datahub.hooks.outgoing;

import java.time.Duration;

/**
 * The result of sending a message once.
 *
 * @param what the result
 * @param detail the status, or why there is none
 * @param retryAfter how long the target asks to wait; zero if it doesn't
 */
record Attempt(What what, String detail, Duration retryAfter) {

    /** What follows from an attempt. */
    enum What {
        /** The target has it. */
        DELIVERED,
        /** The target will never take this message. */
        REFUSED,
        /** The target wants no messages any more. */
        GONE,
        /** The target may take it later. */
        RETRY
    }

    private static final int GONE = 410;

    static Attempt failed(String detail) {
        return new Attempt(What.RETRY, detail, Duration.ZERO);
    }

    static Attempt refused(String detail) {
        return new Attempt(What.REFUSED, detail, Duration.ZERO);
    }

    static Attempt answered(int status, Duration retryAfter) {
        return new Attempt(what(status), "status " + status, retryAfter);
    }

    /** Statuses that are about the message are final; all others are about the target, its configuration or the hub's. */
    private static What what(int status) {
        if (status >= 200 && status < 300) {
            return What.DELIVERED;
        }
        return switch (status) {
            case GONE -> What.GONE;
            case 400, 406, 411, 413, 414, 415, 422, 431 -> What.REFUSED;
            default -> What.RETRY;
        };
    }
}
