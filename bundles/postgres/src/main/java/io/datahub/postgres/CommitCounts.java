package io.datahub.postgres;

import io.datahub.api.cluster.Outcome;
import io.datahub.api.metric.Histogram;
import io.datahub.api.metric.MetricReport;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Counts what became of attempts. Thread-safe. */
final class CommitCounts {

    private final LongAdder committed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder unknown = new LongAdder();
    private final Histogram durations = new Histogram();

    /** @param began when the batch was sent, as {@link System#nanoTime} */
    void decided(List<Outcome> outcomes, long began) {
        durations.recordSince(began);
        long refusals =
                outcomes.stream().filter(Outcome.Refused.class::isInstance).count();
        refused.add(refusals);
        committed.add(outcomes.size() - refusals);
    }

    void unknown() {
        unknown.increment();
    }

    void report(MetricReport report) {
        report.counter(
                "datahub_ledger_attempts_total",
                "Attempts that the ledger has decided, by result",
                committed.sum(),
                "result",
                "committed");
        report.counter(
                "datahub_ledger_attempts_total",
                "Attempts that the ledger has decided, by result",
                refused.sum(),
                "result",
                "refused");
        report.counter(
                "datahub_ledger_unknown_total",
                "Batches of attempts whose answer was lost or not replicated",
                unknown.sum());
        report.histogram(
                "datahub_ledger_commit_seconds",
                "How long batches of attempts took until they were replicated",
                durations);
    }
}
