package io.datahub.launcher;

/** A command fails for a reason that the operator can fix; the message is one line for a person. */
final class CommandFailure extends Exception {

    /** The command line is invalid. */
    static final int USAGE = 2;

    /** No hub is running, or it refuses the credential. */
    static final int UNAVAILABLE = 3;

    /** The hub refuses the request. */
    static final int REFUSED = 4;

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

    /** The exit status of the process. */
    int status() {
        return status;
    }
}
