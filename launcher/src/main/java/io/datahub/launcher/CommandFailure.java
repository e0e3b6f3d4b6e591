package io.datahub.launcher;

/** The command can't be done, for a reason that the operator can do something about: one line for a person. */
final class CommandFailure extends Exception {

    /** The command was written wrongly. */
    static final int USAGE = 2;

    /** There is no hub, or it doesn't let one in. */
    static final int UNAVAILABLE = 3;

    /** The hub refuses what it was asked for. */
    static final int REFUSED = 4;

    /** What was waited for didn't come in time. */
    static final int TIMEOUT = 5;

    private static final int FAILED = 1;
    private static final long serialVersionUID = 1L;

    private final int status;

    CommandFailure(String message) {
        this(FAILED, message);
    }

    CommandFailure(String message, Throwable cause) {
        super(message, cause);
        status = FAILED;
    }

    CommandFailure(int status, String message) {
        super(message);
        this.status = status;
    }

    /** The exit status for scripts. */
    int status() {
        return status;
    }
}
