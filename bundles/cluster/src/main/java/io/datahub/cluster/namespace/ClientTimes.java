package io.datahub.cluster.namespace;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.cluster.commit.AnnouncedCommit;
import io.datahub.cluster.read.Lookups;
import io.datahub.cluster.read.PathLookup;
import io.datahub.records.change.Audit;
import io.datahub.records.guard.WriteGuard;
import java.io.IOException;
import java.util.Optional;

/** Sets the client's time of records, which is neither a new version nor an event. Thread-safe. */
public record ClientTimes(Lookups lookups, WriteGuard guard, AnnouncedCommit commits) {

    private static final int TRIES = 6;

    /** Sets, or removes, the client's time of the present version. */
    public Result<RecordVersion> set(WriteRequest request) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            PathLookup state = lookups.lookUp(request.path());
            Optional<LedgerRecord> record = state.at().record();
            Optional<Refusal> refusal = guard.refuseClientTime(
                    request, state, record.map(LedgerRecord::user).orElse(""));
            if (refusal.isPresent()) {
                return Audit.refuse("set-time", request, refusal.get());
            }
            RecordVersion version = record.orElseThrow().version();
            if (version.clientModified().equals(request.clientModified())) {
                return Result.done(version);
            }
            Outcome outcome = commits.commit(
                    request.user().name(),
                    new Operation.SetClientModified(request.path(), state.expectation(), request.clientModified()));
            if (outcome instanceof Outcome.Committed) {
                return Result.done(new RecordVersion(
                        version.path(),
                        version.size(),
                        version.modified(),
                        version.etag(),
                        version.sha256(),
                        request.clientModified()));
            }
        }
        return Audit.refuse(
                "set-time", request, new Refusal(Reason.CONFLICT, request.path() + " keeps being written to; retry"));
    }
}
