package io.datahub.broker.validation;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The validation of one event by all validators of its topic, one after the other; the refusal has the violations found
 * by all of them. No thread is blocked while waiting. Each step runs on the thread that completed the previous one.
 */
final class Validation {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final List<RegisteredEventValidator> validators;
    private final String topic;
    private final String user;
    private final ByteBuffer payload;
    private final Consumer<Optional<Refusal>> done;
    private final List<Violation> violations = new ArrayList<>();
    private String failureMessage = "";
    private int next;

    /**
     * Creates a validation.
     *
     * @param payload must not change any more, even after the end
     * @param done receives the outcome, once, on any thread, possibly before {@link #begin} returns
     */
    Validation(
            List<RegisteredEventValidator> validators,
            String topic,
            String user,
            ByteBuffer payload,
            Consumer<Optional<Refusal>> done) {
        this.validators = validators;
        this.topic = topic;
        this.user = user;
        this.payload = payload.asReadOnlyBuffer();
        this.done = done;
    }

    void begin() {
        if (next == validators.size()) {
            done.accept(outcome());
            return;
        }
        RegisteredEventValidator validator = validators.get(next++);
        validator.validate(topic, user, payload.asReadOnlyBuffer(), (verdict, failure) -> {
            record(validator, verdict, failure);
            begin();
        });
    }

    private void record(RegisteredEventValidator validator, Verdict verdict, Throwable failure) {
        if (failure == null) {
            verdict.violations().forEach(violation -> violations.add(violation.attributedTo(validator.id())));
        } else {
            failureMessage = validator.reportFailure(topic, failure);
        }
    }

    private Optional<Refusal> outcome() {
        if (!failureMessage.isEmpty()) {
            return Optional.of(new Refusal(Reason.UNAVAILABLE, failureMessage, violations, RETRY_AFTER));
        }
        return violations.isEmpty() ? Optional.empty() : Optional.of(Refusal.invalid(violations));
    }
}
