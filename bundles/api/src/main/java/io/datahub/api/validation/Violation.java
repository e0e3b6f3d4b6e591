package io.datahub.api.validation;

import java.util.Objects;

/**
 * One thing that a validator found wrong.
 *
 * @param validator the validator's name; empty until the judgement fills it in
 * @param version the version of the bundle that the validator came from; empty until the judgement fills it in
 * @param line the line it was found in, from 1; 0 where that means nothing
 * @param column the column, from 1; 0 where that means nothing
 * @param message one sentence that says what is wrong and what would be right
 */
public record Violation(String validator, String version, int line, int column, String message) {

    public Violation {
        Objects.requireNonNull(validator);
        Objects.requireNonNull(version);
        Objects.requireNonNull(message);
    }

    public static Violation at(int line, int column, String message) {
        return new Violation("", "", Math.max(0, line), Math.max(0, column), message);
    }

    public static Violation of(String message) {
        return at(0, 0, message);
    }

    /** The same finding, signed by the validator that made it. */
    public Violation by(JudgedBy validator) {
        return new Violation(validator.name(), validator.version(), line, column, message);
    }
}
