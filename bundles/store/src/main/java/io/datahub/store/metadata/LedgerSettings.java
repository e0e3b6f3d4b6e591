package io.datahub.store.metadata;

import java.time.Duration;

/**
 * Settings of the metadata store.
 *
 * @param source the CloudEvents source of its events
 * @param keepFor retention period of journal entries
 * @param maxJournalBytes maximum total size of the journal entries, in bytes
 * @param cacheMiB maximum memory for the cache of the database file, in MiB
 */
public record LedgerSettings(String source, Duration keepFor, long maxJournalBytes, int cacheMiB) {}
