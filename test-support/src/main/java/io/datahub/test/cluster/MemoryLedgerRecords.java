package io.datahub.test.cluster;

import static io.datahub.test.cluster.LedgerState.BYTES;

import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerListing;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.LedgerRecords;
import io.datahub.api.cluster.Lookup;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.cluster.Usage;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.stream.Stream;

/** The records of a {@link MemoryLedger}. */
final class MemoryLedgerRecords implements LedgerRecords {

    private final MemoryLedger ledger;

    MemoryLedgerRecords(MemoryLedger ledger) {
        this.ledger = ledger;
    }

    @Override
    public List<Outcome> commit(List<Attempt> attempts) throws IOException {
        if (attempts.isEmpty() || attempts.size() > MAX_ATTEMPTS) {
            throw new IllegalArgumentException("a call has 1 to " + MAX_ATTEMPTS + " attempts, not " + attempts.size());
        }
        return ledger.change(state -> {
            if (state.importing().isPresent()) {
                throw new IOException("an import into the ledger isn't finished");
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (Attempt attempt : attempts) {
                Outcome known = state.decided.get(attempt.id());
                Outcome outcome = known == null ? new LedgerCommit(state, attempt).decide() : known;
                state.decided.put(attempt.id(), outcome);
                outcomes.add(outcome);
            }
            return outcomes;
        });
    }

    @Override
    public Map<RecordPath, Lookup> find(Collection<RecordPath> paths, long confirmed) throws IOException {
        return ledger.read(state -> {
            Map<RecordPath, Lookup> found = new HashMap<>();
            for (RecordPath path : paths) {
                Optional<LedgerRecord> record = state.record(path);
                long number = record.map(LedgerRecord::number)
                        .orElseGet(() -> state.journal.tailMap(confirmed, false).values().stream()
                                .filter(entry -> entry.version().path().equals(path))
                                .mapToLong(LedgerEntry::number)
                                .max()
                                .orElse(0));
                found.put(path, new Lookup(record, Optional.ofNullable(state.directories.get(path)), number));
            }
            return found;
        });
    }

    @Override
    public LedgerListing list(RecordPath directory, String after, int limit) throws IOException {
        return ledger.read(state -> {
            List<LedgerListing.Entry> entries = Stream.concat(
                            state.records.values().stream()
                                    .filter(record -> isChild(record.path(), directory))
                                    .map(record -> new LedgerListing.Entry(
                                            record.path().name(), Optional.of(record), record.modified())),
                            state.directories.values().stream()
                                    .filter(each -> isChild(each.path(), directory))
                                    .map(each -> new LedgerListing.Entry(
                                            each.path().name(), Optional.empty(), each.modified())))
                    .filter(entry -> BYTES.compare(entry.name(), after) > 0)
                    .sorted(Comparator.comparing(LedgerListing.Entry::name, BYTES))
                    .limit(limit + 1L)
                    .toList();
            return new LedgerListing(
                    Optional.ofNullable(state.directories.get(directory)),
                    entries.subList(0, Math.min(limit, entries.size())),
                    entries.size() > limit,
                    state.newest());
        });
    }

    private static boolean isChild(RecordPath path, RecordPath directory) {
        return !path.isRoot() && path.parent().equals(directory);
    }

    @Override
    public List<LedgerRecord> recordsBelow(RecordPath directory, RecordPath after, int limit) throws IOException {
        return ledger.read(state -> below(state.records, directory, after, limit));
    }

    @Override
    public long count() throws IOException {
        return ledger.read(state -> (long) state.records.size());
    }

    @Override
    public List<LedgerDirectory> directoriesBelow(RecordPath directory, RecordPath after, int limit)
            throws IOException {
        return ledger.read(state -> below(state.directories, directory, after, limit));
    }

    private static <T> List<T> below(
            NavigableMap<RecordPath, T> all, RecordPath directory, RecordPath after, int limit) {
        return all.tailMap(after, false).entrySet().stream()
                .filter(each -> each.getKey().isBelow(directory))
                .limit(limit)
                .map(Map.Entry::getValue)
                .toList();
    }

    @Override
    public void measure(Collection<Usage.Subject> subjects) throws IOException {
        ledger.change(state -> state.measured.addAll(subjects));
    }

    @Override
    public Map<Usage.Subject, Usage> usage(Collection<Usage.Subject> subjects) throws IOException {
        return ledger.read(state -> {
            Map<Usage.Subject, Usage> found = new HashMap<>();
            subjects.forEach(subject -> found.put(subject, state.usage(subject)));
            return found;
        });
    }
}
