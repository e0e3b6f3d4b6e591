package io.datahub.records.validation;

import io.datahub.api.metric.Histogram;
import io.datahub.api.metric.MetricReport;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts the results of each validator, by name, and records the durations. Thread-safe. */
final class ValidationMetrics {

    private final Map<String, Counts> counts = new ConcurrentSkipListMap<>();

    private record Counts(LongAdder accepted, LongAdder refused, LongAdder failed, Histogram durations) {}

    private Counts countsOf(String validator) {
        return counts.computeIfAbsent(
                validator, name -> new Counts(new LongAdder(), new LongAdder(), new LongAdder(), new Histogram()));
    }

    void completed(String validator, boolean accepted) {
        (accepted ? countsOf(validator).accepted : countsOf(validator).refused).increment();
    }

    void failed(String validator) {
        countsOf(validator).failed.increment();
    }

    /** The histogram of one validator's durations. */
    Histogram durations(String validator) {
        return countsOf(validator).durations;
    }

    void report(MetricReport report) {
        counts.forEach((validator, validatorCounts) -> {
            count(report, validator, "accepted", validatorCounts.accepted);
            count(report, validator, "refused", validatorCounts.refused);
            count(report, validator, "failed", validatorCounts.failed);
            report.histogram(
                    "datahub_validation_seconds",
                    "Duration of a validation, in seconds",
                    validatorCounts.durations,
                    "validator",
                    validator);
        });
    }

    private static void count(MetricReport report, String validator, String result, LongAdder count) {
        report.counter(
                "datahub_validations_total",
                "Validations of new versions, by validator and result",
                count.sum(),
                "validator",
                validator,
                "result",
                result);
    }
}
