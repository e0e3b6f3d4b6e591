package io.datahub.launcher;

/** The hub can't be started, for a reason that the operator can do something about: one line for a person. */
final class Refusal extends Exception {

    private static final long serialVersionUID = 1L;

    Refusal(String message) {
        super(message);
    }

    Refusal(String message, Throwable cause) {
        super(message, cause);
    }
}
