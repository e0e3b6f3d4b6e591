package io.datahub.records.validation;

import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogLimit;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.Histogram;
import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Verdict;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The validation of one candidate by one validator. */
final class ValidationTask {

    private static final Logger LOG = LoggerFactory.getLogger(ValidationTask.class);

    private final RegisteredValidator validator;
    private final Candidate candidate;
    private final Semaphore permits;
    private final Histogram durations;
    private final FutureTask<Verdict> task = new FutureTask<>(this::validate);
    private final AtomicBoolean ended = new AtomicBoolean();
    private String startFailure = "";
    private volatile boolean absent;
    private final long overallDeadline;
    private long deadline;

    /**
     * @param overallDeadline deadline of the whole validation, as {@link System#nanoTime}
     * @param durations receives the duration of this validation
     */
    ValidationTask(
            RegisteredValidator validator,
            Candidate candidate,
            Semaphore permits,
            long overallDeadline,
            Histogram durations) {
        this.overallDeadline = overallDeadline;
        this.validator = validator;
        this.candidate = candidate;
        this.permits = permits;
        this.durations = durations;
    }

    ValidatorId id() {
        return validator.id();
    }

    /** Whether it had no verdict, and needs none: the validator is optional and can't be activated. */
    boolean isAbsent() {
        return absent;
    }

    /** Starts it in a thread, waiting for a permit no longer than the time limit. */
    void start(ExecutorService threads) {
        try {
            if (!permits.tryAcquire(
                    Math.min(validator.timeLimit().toNanos(), overallDeadline - System.nanoTime()),
                    TimeUnit.NANOSECONDS)) {
                failStart("waited too long for other validations to end");
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failStart("was interrupted");
            return;
        }
        long ownDeadline = System.nanoTime() + validator.timeLimit().toNanos();
        deadline = ownDeadline - overallDeadline < 0 ? ownDeadline : overallDeadline;
        try {
            threads.execute(() -> {
                try {
                    task.run();
                } finally {
                    permits.release();
                    end();
                }
            });
        } catch (RejectedExecutionException e) {
            permits.release();
            failStart("can't start because the store is stopping");
        }
    }

    private void failStart(String cause) {
        startFailure = cause;
        end();
    }

    private void end() {
        if (ended.compareAndSet(false, true)) {
            validator.end();
        }
    }

    private Verdict validate() throws Exception {
        Validator service = validator.validator();
        if (service == null && validator.isOptional()) {
            absent = true;
            return Verdict.accept();
        }
        if (service == null) {
            throw new IllegalStateException("its component can't be activated");
        }
        long startedAt = System.nanoTime();
        Verdict verdict;
        try {
            verdict = service.validate(candidate);
        } finally {
            durations.recordSince(startedAt);
        }
        if (verdict == null) {
            throw new IllegalStateException("it returned no verdict");
        }
        return verdict;
    }

    /** Waits for the verdict up to the deadline. */
    Verdict await() throws FailedException {
        if (!startFailure.isEmpty()) {
            throw loggedFailure(startFailure, null);
        }
        try {
            return task.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw loggedFailure(
                    deadline == overallDeadline
                            ? "didn't finish within the time limit of the whole validation"
                            : "took longer than " + validator.timeLimit().toMillis() + " ms",
                    e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw loggedFailure("failed: " + FailureText.of(cause), cause);
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw loggedFailure("was interrupted", e);
        }
    }

    /** Logs failures of the validator as errors; timeouts and overload as warnings. */
    private FailedException loggedFailure(String message, Throwable cause) {
        LogLimit.Decision logDecision = validator.nextFailureLog();
        if (logDecision.mayWrite()) {
            boolean isBroken =
                    cause != null && !(cause instanceof TimeoutException) && !(cause instanceof InterruptedException);
            String path = LogText.quoted(candidate.path());
            String failure = LogText.quoted(message);
            ValidatorId validatorId = validator.id();
            if (isBroken) {
                LOG.error(
                        "event=store.validator.failed validator={} version={} path={} reason={} suppressed={}",
                        LogText.quoted(validatorId.name()),
                        validatorId.version(),
                        path,
                        failure,
                        logDecision.suppressed(),
                        cause);
            } else {
                LOG.warn(
                        "event=store.validator.failed validator={} version={} path={} reason={} suppressed={}",
                        LogText.quoted(validatorId.name()),
                        validatorId.version(),
                        path,
                        failure,
                        logDecision.suppressed());
            }
        }
        return new FailedException("the validator " + validator.id().name() + " " + message);
    }

    /** Thrown if the validator failed to return a verdict. */
    static final class FailedException extends Exception {
        FailedException(String message) {
            super(message);
        }
    }
}
