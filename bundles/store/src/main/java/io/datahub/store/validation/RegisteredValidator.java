package io.datahub.store.validation;

import io.datahub.api.log.LogLimit;
import io.datahub.api.record.RecordPath;
import io.datahub.api.validation.JudgedBy;
import io.datahub.api.validation.PathPattern;
import io.datahub.api.validation.Validator;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.osgi.framework.Version;

/** A validator on the {@link ValidatorRegistry}, with the judgements that it is at. */
public final class RegisteredValidator {

    /** The validator that judges where several have one name comes last. */
    static final Comparator<RegisteredValidator> BY_PRECEDENCE = Comparator.comparing(
                    (RegisteredValidator seat) -> seat.version)
            .thenComparing(seat -> seat.ranking)
            .thenComparing(seat -> seat.service, Comparator.reverseOrder());

    private final JudgedBy signature;
    private final String title;
    private final Version version;
    private final int ranking;
    private final long service;
    private final List<PathPattern> patterns;
    private final Duration limit;
    private final Supplier<Validator> validator;

    private final LogLimit failures = new LogLimit(10, Duration.ofMinutes(1));

    /** Guarded by this. */
    private int busy;

    /**
     * @param version of the bundle that it comes from
     * @param ranking of the service, and the service's number, to choose between equal versions
     * @param limit how long one judgement may take
     * @param validator gives the validator, at each judgement
     */
    public RegisteredValidator(
            String name,
            Version version,
            int ranking,
            long service,
            List<PathPattern> patterns,
            Duration limit,
            Supplier<Validator> validator) {
        this.signature = new JudgedBy(name, version.toString());
        this.title = name + "/" + version;
        this.version = version;
        this.ranking = ranking;
        this.service = service;
        this.patterns = List.copyOf(patterns);
        this.limit = limit;
        this.validator = validator;
    }

    String name() {
        return signature.name();
    }

    /** {@code NAME/VERSION}. */
    String title() {
        return title;
    }

    JudgedBy signature() {
        return signature;
    }

    Duration limit() {
        return limit;
    }

    /** Of the lines that say that it failed. */
    LogLimit.Decision nextLine() {
        return failures.next();
    }

    Validator validator() {
        return validator.get();
    }

    boolean matches(RecordPath path) {
        return patterns.stream().anyMatch(pattern -> pattern.matches(path));
    }

    synchronized void enter() {
        busy++;
    }

    synchronized void leave() {
        busy--;
        notifyAll();
    }

    /** Waits until its judgements have ended, but no longer than one may take. */
    void awaitRest() {
        long deadline = System.nanoTime() + limit.toNanos();
        boolean interrupted = false;
        synchronized (this) {
            while (busy > 0) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    break;
                }
                try {
                    wait(left);
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
