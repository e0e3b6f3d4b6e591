package io.datahub.cluster;

import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.records.change.ChangeCounts;
import io.datahub.records.validation.ValidationService;

/** Metrics of uploads, validations, and of this hub's view of the ledger. Thread-safe. */
record ClusterMetrics(Cluster cluster, ValidationService validation, ChangeCounts changes) implements MetricSource {

    private static final double NANOS = 1e9;

    @Override
    public void report(MetricReport report) {
        validation.report(report);
        changes.report(report);
        cluster.uploadCounts().report(report);
        report.gauge(
                "datahub_journal_sequence",
                "Sequence number of the newest journal entry",
                cluster.tail().announced());
        report.gauge(
                "datahub_cluster_view_age_seconds",
                "Age of this hub's view of the ledger, in seconds",
                cluster.freshness().age().toNanos() / NANOS);
        report.counter(
                "datahub_cluster_attempts_total",
                "Changes that the ledger has decided for this hub",
                cluster.commits().attempts());
        report.counter(
                "datahub_cluster_batches_total",
                "Batches of changes that the ledger has decided for this hub",
                cluster.commits().batches());
        report.gauge(
                "datahub_cluster_unknown_attempts",
                "Changes of which this hub doesn't know yet whether the ledger has made them",
                cluster.commits().unknown());
        report.counter(
                "datahub_cluster_cached_blobs_total",
                "Small blobs by whether they were in memory",
                cluster.cache().hits(),
                "result",
                "hit");
        report.counter(
                "datahub_cluster_cached_blobs_total",
                "Small blobs by whether they were in memory",
                cluster.cache().misses(),
                "result",
                "miss");
    }
}
