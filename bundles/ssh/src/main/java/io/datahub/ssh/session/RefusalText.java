package io.datahub.ssh.session;

import io.datahub.api.Refusal;
import io.datahub.api.validation.Violation;
import java.util.stream.Collectors;

/** Refusals in one line, for clients that show them to people. */
public final class RefusalText {

    private static final int MAX_VIOLATIONS = 5;
    private static final int MAX_CHARS = 1_000;

    private RefusalText() {}

    /**
     * Describes a refusal.
     *
     * @param refusal the refusal
     * @return one line, without a full stop
     */
    public static String of(Refusal refusal) {
        String text = refusal.violations().isEmpty()
                ? refusal.detail()
                : refusal.violations().stream()
                        .limit(MAX_VIOLATIONS)
                        .map(RefusalText::of)
                        .collect(Collectors.joining("; "));
        return printable(text);
    }

    /**
     * Describes a refusal.
     *
     * @param what what is refused, as the client calls it
     * @param refusal the refusal
     * @return one line, without a full stop
     */
    public static String of(String what, Refusal refusal) {
        return printable(what) + ": " + of(refusal);
    }

    private static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= MAX_CHARS ? line : line.substring(0, MAX_CHARS - 1) + "…";
    }

    private static String of(Violation violation) {
        String place = violation.line() > 0 ? " line " + violation.line() + ":" : "";
        return "refused by validator " + violation.validator() + ":" + place + " " + violation.message();
    }
}
