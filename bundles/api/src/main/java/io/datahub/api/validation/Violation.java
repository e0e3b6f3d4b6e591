package io.datahub.api.validation;

import java.util.Objects;

/**
 * One problem found by a validator.
 *
 * @param validator the validator's name; empty until the caller of the validator fills it in
 * @param version the version of the bundle that provides the validator; empty until the caller of the validator fills
 *     it in
 * @param line the line, from 1; 0 if not applicable
 * @param column the column, from 1; 0 if not applicable
 * @param message one sentence that says what is wrong and what is expected
 */
public record Violation(String validator, String version, int line, int column, String message) {

    public Violation {
        Objects.requireNonNull(validator);
        Objects.requireNonNull(version);
        Objects.requireNonNull(message);
    }

    /**
     * A problem at one place, found by the validator that returns it.
     *
     * @param line the line, from 1; 0 if not applicable
     * @param column the column, from 1; 0 if not applicable
     * @param message what is wrong and what is expected, in one sentence
     * @return the violation
     */
    public static Violation at(int line, int column, String message) {
        return new Violation("", "", Math.max(0, line), Math.max(0, column), message);
    }

    /**
     * A problem of the whole, found by the validator that returns it.
     *
     * @param message what is wrong and what is expected, in one sentence
     * @return the violation
     */
    public static Violation of(String message) {
        return at(0, 0, message);
    }

    /**
     * The same violation, attributed to the validator that found it.
     *
     * @param validator the validator
     * @return the violation
     */
    public Violation attributedTo(ValidatorId validator) {
        return new Violation(validator.name(), validator.version(), line, column, message);
    }
}
