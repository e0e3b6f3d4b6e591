package io.datahub.cluster.read;

import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerRecords;
import io.datahub.api.cluster.Lookup;
import io.datahub.api.path.RecordPath;
import io.datahub.cluster.journal.Confirmation;
import io.datahub.records.guard.ReservedPaths;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks paths up in the ledger. What this returns is certain: if it is newer than what is confirmed, it is confirmed
 * first. Thread-safe.
 */
public final class Lookups {

    private static final Lookup NOTHING = new Lookup(Optional.empty(), Optional.empty(), 0);
    private static final Lookup ROOT =
            new Lookup(Optional.empty(), Optional.of(new LedgerDirectory(RecordPath.ROOT, Instant.EPOCH, true)), 0);

    private final LedgerRecords records;
    private final Confirmation confirmation;

    public Lookups(LedgerRecords records, Confirmation confirmation) {
        this.records = records;
        this.confirmation = confirmation;
    }

    /** What is at a path. */
    public Lookup find(RecordPath path) throws IOException {
        return findAll(List.of(path)).get(path);
    }

    /** What is at a path, and whether a record is in its way. */
    public PathLookup lookUp(RecordPath path) throws IOException {
        List<RecordPath> paths = new ArrayList<>();
        for (RecordPath each = path; !each.isRoot(); each = each.parent()) {
            paths.add(each);
        }
        Map<RecordPath, Lookup> found = findAll(paths);
        boolean isBelowRecord = paths.stream()
                .skip(1)
                .anyMatch(parent -> found.get(parent).record().isPresent());
        return new PathLookup(path.isRoot() ? ROOT : found.get(path), isBelowRecord);
    }

    private Map<RecordPath, Lookup> findAll(Collection<RecordPath> paths) throws IOException {
        List<RecordPath> asked = paths.stream()
                .filter(path -> !path.isRoot() && !ReservedPaths.contain(path))
                .toList();
        Map<RecordPath, Lookup> found = new HashMap<>();
        paths.forEach(path -> found.put(path, path.isRoot() ? ROOT : NOTHING));
        if (!asked.isEmpty()) {
            found.putAll(records.find(asked, confirmation.confirmed()));
            long newest = 0;
            for (Lookup each : found.values()) {
                newest = Math.max(newest, each.number());
            }
            confirmation.await(newest);
        }
        return found;
    }
}
