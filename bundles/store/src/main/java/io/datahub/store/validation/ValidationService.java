package io.datahub.store.validation;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.JudgedBy;
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

/** Has records judged by all validators that match, each in a thread and with a time limit of its own. For any thread. */
public final class ValidationService implements AutoCloseable {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    private final ValidatorRegistry bench;
    private final Semaphore slots;
    private final ThreadPoolExecutor threads;
    private volatile Duration limit = Duration.ofMinutes(1);
    private final ValidationMetrics verdicts = new ValidationMetrics();

    /** @param atOnce how many validators may be at work at once */
    public ValidationService(ValidatorRegistry bench, int atOnce) {
        this.bench = bench;
        slots = new Semaphore(atOnce);
        AtomicLong next = new AtomicLong(1);
        threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> new Thread(task, "datahub-store-judge-" + next.getAndIncrement()));
    }

    /** Says how long one judgement may take in all, beside the waiting for validators that are away. */
    public void setTimeLimit(Duration time) {
        limit = time;
    }

    /**
     * Judges a candidate.
     *
     * @param patience how long to wait for required validators that are away
     * @return who judged, sorted by name; or the refusal, with everything that all of them found
     */
    public Result<List<JudgedBy>> validate(Candidate candidate, Duration patience) throws IOException {
        try {
            return bench.choose(candidate.path(), patience).then(seats -> ask(candidate, seats));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a judgement");
        }
    }

    private Result<List<JudgedBy>> ask(Candidate candidate, List<RegisteredValidator> seats) {
        long end = System.nanoTime() + limit.toNanos();
        List<ValidationTask> hearings = new ArrayList<>();
        for (RegisteredValidator seat : seats) {
            ValidationTask hearing = new ValidationTask(seat, candidate, slots, end, verdicts.times(seat.name()));
            hearings.add(hearing);
            hearing.begin(threads);
        }
        List<Violation> found = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        for (ValidationTask hearing : hearings) {
            try {
                Verdict verdict = hearing.await();
                verdicts.decided(
                        hearing.signature().name(), verdict.violations().isEmpty());
                verdict.violations().forEach(violation -> found.add(violation.by(hearing.signature())));
            } catch (ValidationTask.FailedException e) {
                verdicts.failed(hearing.signature().name());
                failed.add(e.getMessage());
                found.add(Violation.of(e.getMessage()).by(hearing.signature()));
            }
        }
        if (!failed.isEmpty()) {
            String detail = String.join("; ", failed);
            return Result.refused(new Refusal(Reason.UNAVAILABLE, detail, found, RETRY_AFTER));
        }
        return found.isEmpty()
                ? Result.done(seats.stream()
                        .map(RegisteredValidator::signature)
                        .sorted(Comparator.comparing(JudgedBy::name))
                        .toList())
                : Result.refused(Refusal.invalid(found));
    }

    /** Tells what was decided, and how fast. */
    public void report(MetricReport report) {
        verdicts.report(report);
    }

    /** Interrupts what is at work and waits a little for it. */
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
