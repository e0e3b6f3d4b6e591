package io.datahub.test.cluster;

import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerJournal;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The journal of a {@link MemoryLedger}. */
final class MemoryLedgerJournal implements LedgerJournal {

    private static final int ENTRY_BYTES = 400;

    private final MemoryLedger ledger;

    MemoryLedgerJournal(MemoryLedger ledger) {
        this.ledger = ledger;
    }

    private static Head head(LedgerState state) {
        return new Head(state.oldest(), state.newest());
    }

    @Override
    public Head head() throws IOException {
        return ledger.read(MemoryLedgerJournal::head);
    }

    @Override
    public Page read(long after, long upTo, String prefix, int limit) throws IOException {
        return ledger.read(state -> {
            long end = Math.min(upTo, state.newest());
            if (after >= end) {
                return new Page(List.of(), after, head(state));
            }
            List<LedgerEntry> entries = state.journal.subMap(after, false, end, true).values().stream()
                    .filter(entry -> entry.version().path().toString().startsWith(prefix))
                    .limit(limit)
                    .toList();
            return new Page(
                    entries,
                    entries.size() < limit ? end : entries.get(limit - 1).number(),
                    head(state));
        });
    }

    @Override
    public Page newest(long upTo, String prefix, int limit) throws IOException {
        return ledger.read(state -> {
            List<LedgerEntry> entries =
                    new ArrayList<>(state.journal.headMap(upTo, true).descendingMap().values().stream()
                            .filter(entry -> entry.version().path().toString().startsWith(prefix))
                            .limit(limit)
                            .toList());
            Collections.reverse(entries);
            return new Page(entries, Math.min(upTo, state.newest()), head(state));
        });
    }

    @Override
    public boolean trim(Duration keepFor, long maxBytes) throws IOException {
        return ledger.change(state -> {
            Instant limit = state.now().minus(keepFor);
            while (!state.journal.isEmpty()
                    && (state.journal.firstEntry().getValue().time().isBefore(limit)
                            || (long) state.journal.size() * ENTRY_BYTES > maxBytes)) {
                state.trimOldest();
            }
            return false;
        });
    }
}
