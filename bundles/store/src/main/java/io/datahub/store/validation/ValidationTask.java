package io.datahub.store.validation;

import io.datahub.api.log.LogLimit;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.Histogram;
import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.JudgedBy;
import io.datahub.api.validation.Validator;
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

/** One validator's judgement of one candidate. */
final class ValidationTask {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");

    private final RegisteredValidator seat;
    private final Candidate candidate;
    private final Semaphore slots;
    private final Histogram times;
    private final FutureTask<Verdict> task = new FutureTask<>(this::judge);
    private final AtomicBoolean left = new AtomicBoolean();
    private String hindrance = "";
    private final long end;
    private long deadline;

    /**
     * @param end when the whole judgement's time is over, in {@link System#nanoTime}
     * @param times gets how long the judgement took
     */
    ValidationTask(RegisteredValidator seat, Candidate candidate, Semaphore slots, long end, Histogram times) {
        this.end = end;
        this.seat = seat;
        this.candidate = candidate;
        this.slots = slots;
        this.times = times;
    }

    JudgedBy signature() {
        return seat.signature();
    }

    /** Begins it in a thread, waiting no longer than it may take for one to be free. */
    void begin(ExecutorService threads) {
        try {
            if (!slots.tryAcquire(Math.min(seat.limit().toNanos(), end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                hinder("waited too long for other judgements to end");
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            hinder("was interrupted");
            return;
        }
        long own = System.nanoTime() + seat.limit().toNanos();
        deadline = own - end < 0 ? own : end;
        try {
            threads.execute(() -> {
                try {
                    task.run();
                } finally {
                    slots.release();
                    leave();
                }
            });
        } catch (RejectedExecutionException e) {
            slots.release();
            hinder("can't begin since the store is stopping");
        }
    }

    private void hinder(String cause) {
        hindrance = cause;
        leave();
    }

    private void leave() {
        if (left.compareAndSet(false, true)) {
            seat.leave();
        }
    }

    private Verdict judge() throws Exception {
        Validator validator = seat.validator();
        if (validator == null) {
            throw new IllegalStateException("its component can't be activated");
        }
        long began = System.nanoTime();
        Verdict verdict;
        try {
            verdict = validator.judge(candidate);
        } finally {
            times.recordSince(began);
        }
        if (verdict == null) {
            throw new IllegalStateException("it gave no verdict");
        }
        return verdict;
    }

    /** Waits for the verdict, as long as the validator may take. */
    Verdict await() throws FailedException {
        if (!hindrance.isEmpty()) {
            throw failed(hindrance, null);
        }
        try {
            return task.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw failed(
                    deadline == end
                            ? "didn't come to an end in the time for the whole judgement"
                            : "took longer than " + seat.limit().toMillis() + " ms",
                    e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw failed("failed: " + (cause.getMessage() == null ? cause : cause.getMessage()), cause);
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw failed("was interrupted", e);
        }
    }

    /** Logs as an error what somebody has to mend; a load that is too high, or a record that takes too long, isn't. */
    private FailedException failed(String what, Throwable cause) {
        LogLimit.Decision line = seat.nextLine();
        if (line.mayWrite()) {
            boolean isBroken =
                    cause != null && !(cause instanceof TimeoutException) && !(cause instanceof InterruptedException);
            String text = "event=validator-failed validator={} version={} path={} failure={} leftOut={}";
            String path = LogText.quoted(candidate.path());
            String failure = LogText.quoted(what);
            JudgedBy by = seat.signature();
            if (isBroken) {
                LOG.error(text, by.name(), by.version(), path, failure, line.leftOut(), cause);
            } else {
                LOG.warn(text, by.name(), by.version(), path, failure, line.leftOut());
            }
        }
        return new FailedException("the validator " + seat.signature().name() + " " + what);
    }

    /** The validator came to no verdict. */
    static final class FailedException extends Exception {
        FailedException(String message) {
            super(message);
        }
    }
}
