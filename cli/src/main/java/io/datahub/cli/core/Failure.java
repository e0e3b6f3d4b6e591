package io.datahub.cli.core;

/** A command can't do what it was asked to: the message says why and what to do, the exit status is the documented one. */
public final class Failure extends RuntimeException {

    /** Some of it failed. */
    public static final int FAILED = 1;

    /** The command line, or the environment, is wrong. */
    public static final int USAGE = 2;

    /** No hub answers at the address, or it isn't ready. */
    public static final int UNREACHABLE = 3;

    /** No or wrong credentials, or no grant: 401, 403. */
    public static final int REFUSED = 4;

    /** Refused by a validator: 422. */
    public static final int INVALID = 5;

    /** A condition failed: 412. */
    public static final int PRECONDITION = 6;

    private static final long serialVersionUID = 1L;

    private final int exitStatus;
    private final int httpStatus;

    /**
     * A failure that no response of the hub caused.
     *
     * @param exitStatus one of the constants
     * @param message for a person, one sentence or more
     */
    public Failure(int exitStatus, String message) {
        this(exitStatus, 0, message);
    }

    /**
     * A failure.
     *
     * @param exitStatus one of the constants
     * @param httpStatus the status of the hub's response, or 0
     * @param message for a person, one sentence or more
     */
    public Failure(int exitStatus, int httpStatus, String message) {
        super(message, null, false, false);
        this.exitStatus = exitStatus;
        this.httpStatus = httpStatus;
    }

    /**
     * The value of an option that is a number.
     *
     * @throws Failure if it is less than the minimum
     */
    public static int atLeast(int minimum, String option, int value) {
        if (value < minimum) {
            throw new Failure(
                    USAGE, "Invalid value for option '" + option + "': " + value + " is less than " + minimum);
        }
        return value;
    }

    /** The exit status of the process. */
    public int exitStatus() {
        return exitStatus;
    }

    /** The status of the hub's response, or 0 if there was none. */
    public int httpStatus() {
        return httpStatus;
    }

    /** The exit status for an HTTP status that is an error. */
    public static int exitStatusOf(int httpStatus) {
        return switch (httpStatus) {
            case 401, 403 -> REFUSED;
            case 412 -> PRECONDITION;
            case 422 -> INVALID;
            case 502, 503, 504 -> UNREACHABLE;
            default -> FAILED;
        };
    }
}
