package io.datahub.test.cluster;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.LedgerTransfer;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Imports into a {@link MemoryLedger}. */
public final class MemoryLedgerTransfer implements LedgerTransfer {

    private final MemoryLedger ledger;

    public MemoryLedgerTransfer(MemoryLedger ledger) {
        this.ledger = ledger;
    }

    private static Progress progress(LedgerState state) {
        return new Progress(
                state.importing(), state.records.size(), state.directories.size() - 1L, state.journal.size());
    }

    @Override
    public Progress progress() throws IOException {
        return ledger.read(MemoryLedgerTransfer::progress);
    }

    @Override
    public Result<Progress> begin(String epoch) throws IOException {
        return ledger.change(state -> {
            if (state.importing().isPresent()
                    ? !state.importing().get().equals(epoch)
                    : state.records.keySet().stream().anyMatch(path -> !path.equals(RecordPath.USERS))) {
                return Result.refused(Reason.CONFLICT, "the ledger isn't empty");
            }
            if (state.importing().isEmpty()) {
                state.beginImport(epoch);
            }
            return Result.done(progress(state));
        });
    }

    private static void requireImport(LedgerState state) throws IOException {
        if (state.importing().isEmpty()) {
            throw new IOException("no import has begun");
        }
    }

    private static void makeParents(LedgerState state, RecordPath path, Instant modified) {
        for (RecordPath each = path.parent(); !each.isRoot(); each = each.parent()) {
            state.directories.putIfAbsent(each, new LedgerDirectory(each, modified, false));
        }
    }

    @Override
    public void addRecords(List<LedgerRecord> records) throws IOException {
        ledger.change(state -> {
            requireImport(state);
            for (LedgerRecord record : records) {
                state.records.put(record.path(), record);
                makeParents(state, record.path(), record.modified());
            }
            return state;
        });
    }

    @Override
    public void addDirectories(List<LedgerDirectory> directories) throws IOException {
        ledger.change(state -> {
            requireImport(state);
            for (LedgerDirectory directory : directories) {
                state.directories.put(directory.path(), directory);
                makeParents(state, directory.path(), Instant.EPOCH);
            }
            return state;
        });
    }

    @Override
    public void addEntries(List<LedgerEntry> entries) throws IOException {
        ledger.change(state -> {
            requireImport(state);
            entries.forEach(entry -> state.journal.put(entry.number(), entry));
            return state;
        });
    }

    @Override
    public Result<Progress> finish(long oldest, long newest, boolean hasKept) throws IOException {
        return ledger.change(state -> {
            if (state.importing().isEmpty()
                    && state.newest() == newest + (hasKept ? 1 : 0)
                    && state.oldest() == oldest) {
                return Result.done(progress(state));
            }
            requireImport(state);
            state.journal.keySet().removeIf(number -> number <= oldest || number > newest);
            if (state.journal.size() != newest - oldest) {
                return Result.refused(Reason.CONFLICT, "entries of the journal are missing");
            }
            state.finishImport(oldest, newest);
            if (hasKept) {
                state.kept.trimmed.put("", state.skip());
            }
            return Result.done(progress(state));
        });
    }
}
