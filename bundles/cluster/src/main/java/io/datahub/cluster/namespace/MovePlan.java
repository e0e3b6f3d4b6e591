package io.datahub.cluster.namespace;

import io.datahub.api.cluster.Expectation;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.NewVersion;
import io.datahub.api.cluster.Operation;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.MoveRequest;
import io.datahub.cluster.read.PathLookup;
import io.datahub.records.quota.Counted;
import io.datahub.records.quota.Quotas;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What a move consists of.
 *
 * @param there what is at the new path
 * @param records what is moved, validated for the new paths
 * @param directories the directories at and below the old path, the old path first; empty if that is a record
 */
record MovePlan(MoveRequest request, PathLookup there, List<MovedRecord> records, List<LedgerDirectory> directories) {

    /**
     * The changes: all of them are made, or none.
     *
     * @param etags makes new entity tags
     */
    List<Operation> operations(String user, Supplier<String> etags) {
        List<Operation> operations = new ArrayList<>();
        Set<RecordPath> occupied = new HashSet<>();
        records.forEach(each -> occupied.add(each.record().path().parent()));
        for (LedgerDirectory each : directories) {
            boolean isTop = each.path().equals(request.source());
            if (isTop || each.made() || !occupied.contains(each.path())) {
                operations.add(new Operation.MakeDirectory(target(each.path()), isTop));
            }
        }
        for (MovedRecord each : records) {
            LedgerRecord record = each.record();
            Expectation expected = directories.isEmpty() ? there.expectation() : Expectation.ABSENT;
            NewVersion version = new NewVersion(
                    etags.get(), record.size(), record.sha256(), record.blob(), user, record.clientModified());
            operations.add(new Operation.Put(each.target(), expected, version, each.validators()));
            operations.add(new Operation.Delete(record.path(), Expectation.of(record.etag())));
        }
        for (int i = directories.size() - 1; i >= 0; i--) {
            operations.add(new Operation.RemoveDirectory(directories.get(i).path(), false));
        }
        return operations;
    }

    private RecordPath target(RecordPath path) {
        return RecordPath.of(request.target()
                + path.toString().substring(request.source().toString().length()));
    }

    /** What the move frees and takes, for quotas. */
    List<Quotas.Relocation> relocations() {
        return records.stream()
                .map(each -> new Quotas.Relocation(
                        each.record().path(),
                        each.target(),
                        new Counted(each.record().size(), each.record().user()),
                        directories.isEmpty() ? there.counted() : Optional.empty()))
                .toList();
    }
}
