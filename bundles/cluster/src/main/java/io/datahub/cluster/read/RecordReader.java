package io.datahub.cluster.read;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.Lookup;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import java.io.IOException;

/** Finds and opens records for users who may read them. */
public record RecordReader(Lookups lookups, RecordBytes bytes) {

    /** The current version of a record. */
    public Result<RecordVersion> find(User user, RecordPath path) throws IOException {
        return record(user, path).then(found -> Result.done(found.version()));
    }

    /** Opens the current version of a record. */
    public Result<Reading> open(User user, RecordPath path) throws IOException {
        Result<LedgerRecord> found = record(user, path);
        return found.isRefused() ? Result.refused(found.refusal().orElseThrow()) : Result.done(bytes.open(found.get()));
    }

    private Result<LedgerRecord> record(User user, RecordPath path) throws IOException {
        boolean mayRead = user.mayRead(path);
        if (!mayRead && !user.mayEnter(path)) {
            return forbidden(path);
        }
        Lookup found = lookups.find(path);
        if (found.directory().isPresent()) {
            return Result.refused(Reason.CONFLICT, path + " is a directory; append a slash to list it");
        }
        if (!mayRead) {
            return forbidden(path);
        }
        return found.record()
                .map(Result::done)
                .orElseGet(() -> Result.refused(Reason.NOT_FOUND, "there is no record " + path));
    }

    private static Result<LedgerRecord> forbidden(RecordPath path) {
        return Result.refused(Reason.FORBIDDEN, "you have no grant to read " + path);
    }
}
