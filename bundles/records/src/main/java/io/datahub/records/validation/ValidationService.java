package io.datahub.records.validation;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Validates records by all matching validators, each in its own thread and with its own time limit. Thread-safe. */
public final class ValidationService implements AutoCloseable {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    private final ValidatorRegistry registry;
    private final Semaphore permits;
    private final ThreadPoolExecutor threads;
    private volatile Duration timeLimit = Duration.ofMinutes(1);
    private final ValidationMetrics metrics = new ValidationMetrics();

    /** @param maxConcurrent maximum number of concurrently running validators */
    public ValidationService(ValidatorRegistry registry, int maxConcurrent) {
        this.registry = registry;
        permits = new Semaphore(maxConcurrent);
        AtomicLong next = new AtomicLong(1);
        threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> new Thread(task, "datahub-store-validation-" + next.getAndIncrement()));
    }

    /**
     * Sets the maximum duration of the validation of one record by all validators, not including the wait for
     * unavailable validators.
     */
    public void setTimeLimit(Duration time) {
        timeLimit = time;
    }

    /**
     * Validates a candidate.
     *
     * @param maxWait how long to wait for required validators that are unavailable
     * @return the validators that accepted it, sorted by name; or the refusal, with the violations that all of them
     *     found
     */
    public Result<List<ValidatorId>> validate(Candidate candidate, Duration maxWait) throws IOException {
        try {
            return registry.select(candidate.path(), maxWait).then(validators -> runAll(candidate, validators));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a validator");
        }
    }

    private Result<List<ValidatorId>> runAll(Candidate candidate, List<RegisteredValidator> validators) {
        long end = System.nanoTime() + timeLimit.toNanos();
        List<ValidationTask> tasks = new ArrayList<>();
        for (RegisteredValidator validator : validators) {
            ValidationTask task =
                    new ValidationTask(validator, candidate, permits, end, metrics.durations(validator.name()));
            tasks.add(task);
            task.start(threads);
        }
        List<Violation> violations = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        for (ValidationTask task : tasks) {
            try {
                Verdict verdict = task.await();
                if (!task.isAbsent()) {
                    metrics.completed(task.id().name(), verdict.violations().isEmpty());
                }
                verdict.violations().forEach(violation -> violations.add(violation.attributedTo(task.id())));
            } catch (ValidationTask.FailedException e) {
                metrics.failed(task.id().name());
                failed.add(e.getMessage());
                violations.add(Violation.of(e.getMessage()).attributedTo(task.id()));
            }
        }
        if (!failed.isEmpty()) {
            String detail = String.join("; ", failed);
            return Result.refused(new Refusal(Reason.UNAVAILABLE, detail, violations, RETRY_AFTER));
        }
        return violations.isEmpty()
                ? Result.done(tasks.stream()
                        .filter(task -> !task.isAbsent())
                        .map(ValidationTask::id)
                        .sorted(Comparator.comparing(ValidatorId::name))
                        .toList())
                : Result.refused(Refusal.invalid(violations));
    }

    /** Reports the counts and durations by validator. */
    public void report(MetricReport report) {
        metrics.report(report);
    }

    /** Interrupts running validations and waits up to two seconds for them to end. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            threads.awaitTermination(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
