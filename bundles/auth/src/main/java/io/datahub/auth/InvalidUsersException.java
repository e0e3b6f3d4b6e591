package io.datahub.auth;

/** Says that a file is no users file that could come into force, and why. */
final class InvalidUsersException extends Exception {

    private static final long serialVersionUID = 1L;

    InvalidUsersException(String message, Throwable cause) {
        super(message, cause);
    }
}
