package io.datahub.records.draft;

import io.datahub.api.Result;
import io.datahub.api.metric.Histogram;
import io.datahub.api.metric.MetricReport;
import java.util.concurrent.atomic.LongAdder;

/** Counts uploads by outcome, and measures the duration of accepted ones. Thread-safe. */
public final class UploadCounts {

    private final LongAdder accepted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final Histogram times = new Histogram();

    public void refused() {
        refused.increment();
    }

    /**
     * An upload ended.
     *
     * @param result null if it failed
     * @param size in bytes
     * @param began start time from {@link System#nanoTime}
     */
    public void ended(Result<?> result, long size, long began) {
        if (result == null) {
            failed.increment();
        } else if (result.isRefused()) {
            refused.increment();
        } else {
            accepted.increment();
            bytes.add(size);
            times.recordSince(began);
        }
    }

    /** Reports the metrics. */
    public void report(MetricReport report) {
        count(report, "accepted", accepted);
        count(report, "refused", refused);
        count(report, "failed", failed);
        report.counter("datahub_upload_bytes_total", "Bytes of accepted uploads", bytes.sum());
        report.histogram(
                "datahub_upload_seconds", "Time from the start of an upload until its record was committed", times);
    }

    private static void count(MetricReport report, String result, LongAdder count) {
        report.counter("datahub_uploads_total", "Uploads by result", count.sum(), "result", result);
    }
}
