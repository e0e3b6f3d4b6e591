package io.datahub.api;

import io.datahub.api.validation.Violation;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A refusal, as a value: nothing has changed.
 *
 * @param reason the kind of refusal
 * @param detail one sentence that states the cause and, where there is one, the remedy
 * @param violations what validators found; empty unless the reason is {@link Reason#INVALID} or a validator failed
 * @param retryAfter how long to wait before retrying; zero if unknown
 */
public record Refusal(Reason reason, String detail, List<Violation> violations, Duration retryAfter) {

    public Refusal {
        Objects.requireNonNull(reason);
        Objects.requireNonNull(detail);
        Objects.requireNonNull(retryAfter);
        violations = List.copyOf(violations);
    }

    /**
     * A refusal without violations.
     *
     * @param reason the kind of refusal
     * @param detail one sentence that states the cause and the remedy
     */
    public Refusal(Reason reason, String detail) {
        this(reason, detail, List.of(), Duration.ZERO);
    }

    /**
     * What validators found.
     *
     * @param violations what they found; not empty
     * @return the refusal
     */
    public static Refusal invalid(List<Violation> violations) {
        return new Refusal(Reason.INVALID, violations.get(0).message(), violations, Duration.ZERO);
    }

    /**
     * Something that is needed is temporarily unavailable.
     *
     * @param detail one sentence that states the cause and the remedy
     * @param retryAfter how long to wait before retrying
     * @return the refusal
     */
    public static Refusal unavailable(String detail, Duration retryAfter) {
        return new Refusal(Reason.UNAVAILABLE, detail, List.of(), retryAfter);
    }
}
