package io.datahub.broker;

/** A validator gave no verdict in time, which events can bring about. */
final class SlowValidationException extends Exception {

    SlowValidationException(String message) {
        super(message);
    }
}
