package io.datahub.auth.users;

/** Thrown if a file is not a valid users file; the message states why. */
public final class InvalidUsersException extends Exception {

    private static final long serialVersionUID = 1L;

    InvalidUsersException(String message, Throwable cause) {
        super(message, cause);
    }
}
