package io.datahub.broker.validation;

/** A validator exceeded its time limit, which events can cause. */
final class SlowValidationException extends Exception {

    SlowValidationException(String message) {
        super(message);
    }
}
