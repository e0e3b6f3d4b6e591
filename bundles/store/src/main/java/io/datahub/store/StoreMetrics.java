package io.datahub.store;

import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.records.change.ChangeCounts;
import io.datahub.records.validation.ValidationService;
import io.datahub.store.metadata.MetadataStore;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Metrics of uploads, validations, records, index and journal; those of index and journal are omitted while the
 * database can't be read. Thread-safe.
 */
final class StoreMetrics implements MetricSource {

    private static final Logger LOG = LoggerFactory.getLogger(StoreMetrics.class);

    private final MetadataStore metadata;
    private final Store store;
    private final ValidationService validation;
    private final ChangeCounts changes;

    StoreMetrics(MetadataStore metadata, Store store, ValidationService validation, ChangeCounts changes) {
        this.metadata = metadata;
        this.store = store;
        this.validation = validation;
        this.changes = changes;
    }

    @Override
    public void report(MetricReport report) {
        store.report(report);
        validation.report(report);
        changes.report(report);
        try {
            report.gauge("datahub_records", "Number of records", metadata.size());
            report.gauge("datahub_journal_entries", "Number of journal entries", metadata.journalEntries());
            report.gauge("datahub_journal_bytes", "Size of the journal entries, in bytes", metadata.journalBytes());
            report.gauge(
                    "datahub_state_bytes",
                    "Size of the database file with index and journal, in bytes",
                    metadata.fileBytes());
            report.gauge(
                    "datahub_journal_sequence",
                    "Sequence number of the newest journal entry",
                    metadata.head().cursor().sequence());
        } catch (IOException e) {
            LOG.debug("event=store.metrics.incomplete reason={}", LogText.quoted(e));
        }
    }
}
