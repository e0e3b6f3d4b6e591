package io.datahub.cluster.namespace;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.cluster.commit.AnnouncedCommit;
import io.datahub.cluster.read.Lookups;
import io.datahub.cluster.read.PathLookup;
import io.datahub.records.change.Audit;
import io.datahub.records.guard.WriteGuard;
import java.io.IOException;
import java.util.Optional;

/** Creates directories. Thread-safe. */
public record Directories(Lookups lookups, WriteGuard guard, AnnouncedCommit commits) {

    private static final int TRIES = 6;

    /** Creates a directory and its missing parents; returns whether it is new. It is kept when it becomes empty. */
    public Result<Boolean> create(WriteRequest request) throws IOException {
        RecordPath path = request.path();
        for (int i = 0; i < TRIES; i++) {
            PathLookup state = lookups.lookUp(path);
            Optional<Refusal> refusal = guard.refuseDirectory(request, state);
            if (refusal.isPresent()) {
                return Audit.refuse("mkdir", request, refusal.get());
            }
            if (path.isRoot()) {
                return Result.done(false);
            }
            Outcome outcome = commits.commit(
                    request.user().name(),
                    new Operation.MakeDirectory(path, request.precondition() != Precondition.NONE));
            if (outcome instanceof Outcome.Committed) {
                return Result.done(!state.isDirectory());
            }
        }
        return Audit.refuse("mkdir", request, new Refusal(Reason.CONFLICT, path + " keeps being written to; retry"));
    }
}
