package io.datahub.store.validation;

import io.datahub.api.metric.Histogram;
import io.datahub.api.metric.MetricReport;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what each validator, by its name, decided and how long it took. For any thread. */
final class ValidationMetrics {

    private final Map<String, Counts> counts = new ConcurrentSkipListMap<>();

    private record Counts(LongAdder accepted, LongAdder refused, LongAdder failed, Histogram times) {}

    private Counts of(String validator) {
        return counts.computeIfAbsent(
                validator, name -> new Counts(new LongAdder(), new LongAdder(), new LongAdder(), new Histogram()));
    }

    void decided(String validator, boolean accepted) {
        (accepted ? of(validator).accepted : of(validator).refused).increment();
    }

    void failed(String validator) {
        of(validator).failed.increment();
    }

    /** Where one validator's times are recorded. */
    Histogram times(String validator) {
        return of(validator).times;
    }

    void report(MetricReport report) {
        counts.forEach((validator, of) -> {
            count(report, validator, "accepted", of.accepted);
            count(report, validator, "refused", of.refused);
            count(report, validator, "failed", of.failed);
            report.histogram(
                    "datahub_judging_seconds", "How long one judgement took", of.times, "validator", validator);
        });
    }

    private static void count(MetricReport report, String validator, String verdict, LongAdder count) {
        report.counter(
                "datahub_judgements_total",
                "Judgements of new versions by validator and verdict",
                count.sum(),
                "validator",
                validator,
                "verdict",
                verdict);
    }
}
