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

    public static Verdict accept() {
        return ACCEPTED;
    }

    public static Verdict refuse(String message) {
        return new Verdict(List.of(Violation.of(message)));
    }

    public static Verdict refuse(int line, int column, String message) {
        return new Verdict(List.of(Violation.at(line, column, message)));
    }

    public boolean accepted() {
        return violations.isEmpty();
    }
}
