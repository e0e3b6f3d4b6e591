package io.datahub.store.metadata;

import java.time.Duration;

/**
 * How the ledger is kept.
 *
 * @param source the source that its events name
 * @param keepFor how long an entry of the journal is kept
 * @param maxJournalBytes how large the journal's entries may be together
 * @param cacheMiB how much memory the file's cache may take
 */
public record LedgerSettings(String source, Duration keepFor, long maxJournalBytes, int cacheMiB) {}
