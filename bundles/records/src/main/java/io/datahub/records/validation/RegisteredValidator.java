package io.datahub.records.validation;

import io.datahub.api.log.LogLimit;
import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.PathPattern;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.ValidatorPrecedence;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** A validator in the {@link ValidatorRegistry}, with the number of its running validations. Thread-safe. */
public final class RegisteredValidator {

    private final ValidatorId id;
    private final ValidatorPrecedence precedence;
    private final List<PathPattern> patterns;
    private final Duration timeLimit;
    private final boolean optional;
    private final Supplier<Validator> validator;

    private final LogLimit failureLog = new LogLimit(10, Duration.ofMinutes(1));

    /** Guarded by this. */
    private int running;

    /**
     * @param precedence decides between validators with the same name
     * @param timeLimit maximum duration of one validation
     * @param optional whether records are accepted without it while it can't be activated
     * @param validator called for each validation to get the service; may return null
     */
    public RegisteredValidator(
            String name,
            ValidatorPrecedence precedence,
            List<PathPattern> patterns,
            Duration timeLimit,
            boolean optional,
            Supplier<Validator> validator) {
        this.id = new ValidatorId(name, precedence.version().toString());
        this.precedence = precedence;
        this.patterns = List.copyOf(patterns);
        this.timeLimit = timeLimit;
        this.optional = optional;
        this.validator = validator;
    }

    String name() {
        return id.name();
    }

    ValidatorPrecedence precedence() {
        return precedence;
    }

    ValidatorId id() {
        return id;
    }

    Duration timeLimit() {
        return timeLimit;
    }

    boolean isOptional() {
        return optional;
    }

    /** Limits the rate of the log lines about failures of this validator. */
    LogLimit.Decision nextFailureLog() {
        return failureLog.next();
    }

    Validator validator() {
        return validator.get();
    }

    boolean matches(RecordPath path) {
        return patterns.stream().anyMatch(pattern -> pattern.matches(path));
    }

    synchronized void begin() {
        running++;
    }

    synchronized void end() {
        running--;
        notifyAll();
    }

    /** Waits until its running validations have ended, but no longer than its time limit. */
    void awaitIdle() {
        long deadline = System.nanoTime() + timeLimit.toNanos();
        boolean interrupted = false;
        synchronized (this) {
            while (running > 0) {
                long remaining = (deadline - System.nanoTime()) / 1_000_000;
                if (remaining <= 0) {
                    break;
                }
                try {
                    wait(remaining);
                } catch (InterruptedException e) {
                    interrupted = true;
                    break;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return id.toString() + patterns;
    }
}
