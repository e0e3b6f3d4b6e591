package io.datahub.api.validation;

import java.util.List;

/**
 * A validator's verdict, which accepts if there are no violations.
 *
 * @param violations what it found wrong, in the order of the record
 */
public record Verdict(List<Violation> violations) {

    private static final Verdict ACCEPTED = new Verdict(List.of());

    public Verdict {
        violations = List.copyOf(violations);
    }

    /**
     * The record or event is accepted.
     *
     * @return the verdict
     */
    public static Verdict accept() {
        return ACCEPTED;
    }

    /**
     * The record or event is refused as a whole.
     *
     * @param message what is wrong and what is expected, in one sentence
     * @return the verdict
     */
    public static Verdict refuse(String message) {
        return new Verdict(List.of(Violation.of(message)));
    }

    /**
     * The record or event is refused because of one place in it.
     *
     * @param line the line, from 1; 0 if not applicable
     * @param column the column, from 1; 0 if not applicable
     * @param message what is wrong and what is expected, in one sentence
     * @return the verdict
     */
    public static Verdict refuse(int line, int column, String message) {
        return new Verdict(List.of(Violation.at(line, column, message)));
    }

    /**
     * Whether it accepts.
     *
     * @return whether there are no violations
     */
    public boolean accepted() {
        return violations.isEmpty();
    }
}
