package io.datahub.history;

import io.datahub.api.metric.MetricReport;
import io.datahub.history.log.HistoryCounters;
import io.datahub.history.log.HistoryLog;
import io.datahub.history.log.LogState;

/** The metrics of kept topics. */
final class HistoryMetrics {

    private HistoryMetrics() {}

    /** What is counted of every log. */
    static void report(MetricReport report, HistoryCounters counters) {
        report.counter("datahub_history_events_total", "Events that were kept", counters.events());
        report.counter("datahub_history_bytes_total", "Bytes of events that were kept", counters.bytes());
        report.counter("datahub_history_refused_total", "Events that could not be kept", counters.refused());
        report.counter(
                "datahub_history_repeated_total",
                "Events that were published again and recognized by id and source",
                counters.repeated());
        report.counter("datahub_history_read_events_total", "Events read from the history", counters.read());
    }

    /** What a rule has kept. */
    static void report(MetricReport report, String prefix, long events, long bytes) {
        report.gauge("datahub_history_events", "Events that are kept now", events, "prefix", prefix);
        report.gauge("datahub_history_size_bytes", "Space of kept events", bytes, "prefix", prefix);
    }

    static void report(MetricReport report, HistoryLog log) {
        HistoryCounters counters = log.counters();
        report(report, counters);
        report.gauge(
                "datahub_history_recent_events", "Events that are remembered to recognize them", log.recentEvents());
        report.histogram("datahub_history_flush_seconds", "Duration of writing and flushing", counters.flushes());
        log.lastTopics()
                .forEach((rule, count) -> report.gauge(
                        "datahub_history_last_topics",
                        "Topics whose newest event is kept",
                        count,
                        "prefix",
                        rule.prefix()));
        for (LogState state : log.readers().states()) {
            String prefix = state.rule().prefix();
            report(report, prefix, state.events(), state.bytes());
            report.gauge(
                    "datahub_history_gaps",
                    "Gaps between kept events, damaged by the disk",
                    state.gaps(),
                    "prefix",
                    prefix);
        }
    }
}
