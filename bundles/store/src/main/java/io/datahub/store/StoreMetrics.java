package io.datahub.store;

import io.datahub.api.metric.MetricReport;
import io.datahub.api.record.Change;
import io.datahub.store.metadata.MetadataStore;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Metrics of records, index and journal; those of index and journal are omitted while the database can't be read. For
 * any thread.
 */
final class StoreMetrics {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");

    private final Map<Change.Type, LongAdder> changes = new EnumMap<>(Change.Type.class);

    StoreMetrics() {
        for (Change.Type type : Change.Type.values()) {
            changes.put(type, new LongAdder());
        }
    }

    void changed(Change change) {
        changes.get(change.type()).increment();
    }

    void report(MetadataStore metadata, MetricReport report) {
        changes.forEach((type, count) -> report.counter(
                "datahub_changes_total", "Changes of records by kind", count.sum(), "type", type.word()));
        try {
            report.gauge("datahub_records", "Records that there are", metadata.size());
            report.gauge("datahub_journal_entries", "Entries of the journal", metadata.journalEntries());
            report.gauge("datahub_journal_bytes", "Size of the journal's entries, in bytes", metadata.journalBytes());
            report.gauge(
                    "datahub_state_bytes", "Size of the file with index and journal, in bytes", metadata.fileBytes());
            report.gauge(
                    "datahub_journal_sequence",
                    "Number of the newest entry of the journal",
                    metadata.head().cursor().sequence());
        } catch (IOException e) {
            LOG.debug("event=figures-missing failure=\"{}\"", e.toString());
        }
    }
}
