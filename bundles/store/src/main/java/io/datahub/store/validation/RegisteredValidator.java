package io.datahub.store.validation;

import io.datahub.api.log.LogLimit;
import io.datahub.api.record.RecordPath;
import io.datahub.api.validation.PathPattern;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorId;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.osgi.framework.Version;

/** A validator in the {@link ValidatorRegistry}, with the number of its running validations. For any thread. */
public final class RegisteredValidator {

    /**
     * Of several validators with the same name, the last one validates: highest version, then highest ranking, then
     * lowest service ID.
     */
    static final Comparator<RegisteredValidator> BY_PRECEDENCE = Comparator.comparing(
                    (RegisteredValidator registered) -> registered.version)
            .thenComparing(registered -> registered.ranking)
            .thenComparing(registered -> registered.serviceId, Comparator.reverseOrder());

    private final ValidatorId id;
    private final String title;
    private final Version version;
    private final int ranking;
    private final long serviceId;
    private final List<PathPattern> patterns;
    private final Duration timeLimit;
    private final Supplier<Validator> validator;

    private final LogLimit failureLog = new LogLimit(10, Duration.ofMinutes(1));

    /** Guarded by this. */
    private int running;

    /**
     * @param version the version of the validator's bundle
     * @param ranking the service ranking, to choose between equal versions
     * @param serviceId the service ID, to choose between equal rankings
     * @param timeLimit maximum duration of one validation
     * @param validator called for each validation to get the service; may return null
     */
    public RegisteredValidator(
            String name,
            Version version,
            int ranking,
            long serviceId,
            List<PathPattern> patterns,
            Duration timeLimit,
            Supplier<Validator> validator) {
        this.id = new ValidatorId(name, version.toString());
        this.title = name + "/" + version;
        this.version = version;
        this.ranking = ranking;
        this.serviceId = serviceId;
        this.patterns = List.copyOf(patterns);
        this.timeLimit = timeLimit;
        this.validator = validator;
    }

    String name() {
        return id.name();
    }

    /** {@code NAME/VERSION}. */
    String title() {
        return title;
    }

    ValidatorId id() {
        return id;
    }

    Duration timeLimit() {
        return timeLimit;
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
        return title + patterns;
    }
}
