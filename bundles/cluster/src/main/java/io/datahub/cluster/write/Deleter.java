package io.datahub.cluster.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.Expectation;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.LedgerRecords;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.cluster.commit.AnnouncedCommit;
import io.datahub.cluster.read.Lookups;
import io.datahub.cluster.read.PathLookup;
import io.datahub.records.change.Audit;
import io.datahub.records.guard.WriteGuard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Deletes records and directories. Thread-safe. */
public record Deleter(Lookups lookups, LedgerRecords records, WriteGuard guard, AnnouncedCommit commits) {

    private static final int TRIES = 6;
    private static final int TREE_TRIES = 3;
    private static final int PAGE = 1_000;

    /** Deletes one record, or an empty directory. */
    public Result<List<Change>> delete(WriteRequest request) throws IOException {
        return audited(request, tryToDelete(request, false));
    }

    /** Deletes one record, or a directory with everything in it. */
    public Result<List<Change>> deleteTree(WriteRequest request) throws IOException {
        return audited(request, tryToDelete(request, true));
    }

    private static <T> Result<T> audited(WriteRequest request, Result<T> result) {
        result.refusal().ifPresent(found -> Audit.refused("delete", request, found));
        return result;
    }

    private Result<List<Change>> tryToDelete(WriteRequest request, boolean tree) throws IOException {
        RecordPath path = request.path();
        for (int i = 0; i < TRIES; i++) {
            PathLookup state = lookups.lookUp(path);
            Optional<Refusal> refusal = guard.refuseDelete(request, state);
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
            if (state.isDirectory()) {
                return tree
                        ? deleteContents(request)
                        : removeDirectory(request.user().name(), path)
                                ? Result.done(List.of())
                                : Result.refused(Reason.CONFLICT, "the directory " + path + " is not empty");
            }
            boolean depends = request.precondition() != Precondition.NONE;
            Outcome outcome = commits.commit(
                    request.user().name(), new Operation.Delete(path, depends ? state.expectation() : Expectation.ANY));
            if (outcome instanceof Outcome.Committed committed && committed.entries() > 0) {
                return Result.done(finish(request, committed));
            }
        }
        return Result.refused(Reason.CONFLICT, path + " keeps being written to; retry");
    }

    private List<Change> finish(WriteRequest request, Outcome.Committed committed) throws IOException {
        List<Change> changes = commits.announced(committed);
        changes.forEach(change -> Audit.done(request, change));
        return changes;
    }

    private Result<List<Change>> deleteContents(WriteRequest request) throws IOException {
        RecordPath directory = request.path();
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < TREE_TRIES; i++) {
            for (List<LedgerRecord> page = records.recordsBelow(directory, directory, LedgerRecords.MAX_ATTEMPTS);
                    !page.isEmpty();
                    page = records.recordsBelow(directory, directory, LedgerRecords.MAX_ATTEMPTS)) {
                deleteAll(request, page, changes);
            }
            if (removeDirectories(request.user().name(), directory)) {
                return Result.done(changes);
            }
        }
        return Result.refused(Reason.CONFLICT, directory + " is being written to; everything else in it was deleted");
    }

    private void deleteAll(WriteRequest request, List<LedgerRecord> page, List<Change> changes) throws IOException {
        List<Attempt> attempts = new ArrayList<>();
        for (LedgerRecord each : page) {
            attempts.add(Attempt.of(request.user().name(), new Operation.Delete(each.path(), Expectation.ANY)));
        }
        for (Outcome outcome : commits.commitAll(attempts)) {
            if (outcome instanceof Outcome.Committed committed) {
                changes.addAll(finish(request, committed));
            }
        }
    }

    /** Removes a directory and those in it, the deepest first; false if there is something in one. */
    private boolean removeDirectories(String user, RecordPath directory) throws IOException {
        List<RecordPath> directories = new ArrayList<>(List.of(directory));
        for (RecordPath after = directory; after != null; ) {
            List<LedgerDirectory> page = records.directoriesBelow(directory, after, PAGE);
            page.forEach(each -> directories.add(each.path()));
            after = page.size() < PAGE ? null : page.get(page.size() - 1).path();
        }
        Collections.reverse(directories);
        for (RecordPath each : directories) {
            if (!removeDirectory(user, each)) {
                return false;
            }
        }
        return true;
    }

    private boolean removeDirectory(String user, RecordPath directory) throws IOException {
        return !(commits.commit(user, new Operation.RemoveDirectory(directory, false))
                        instanceof Outcome.Refused refused)
                || refused.kind() == Outcome.Kind.NO_DIRECTORY;
    }

    /** Removes an empty directory; refuses a record. */
    public Result<RecordPath> rmdir(WriteRequest request) throws IOException {
        RecordPath path = request.path();
        PathLookup state = lookups.lookUp(path);
        Optional<Refusal> refusal = guard.refuseDelete(request, state);
        if (refusal.isEmpty() && !state.isDirectory()) {
            refusal = Optional.of(new Refusal(Reason.CONFLICT, path + " is a record and not a directory"));
        }
        if (refusal.isEmpty() && !removeDirectory(request.user().name(), path)) {
            refusal = Optional.of(new Refusal(Reason.CONFLICT, "the directory " + path + " is not empty"));
        }
        return refusal.isPresent() ? Audit.refuse("rmdir", request, refusal.get()) : Result.done(path);
    }
}
