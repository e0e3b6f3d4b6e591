package io.datahub.test.memory;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.validation.ValidatorId;
import io.datahub.test.contract.LastingDraftsContract;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

class MemoryLastingDraftsTest extends LastingDraftsContract {

    private final MemoryLastingDrafts drafts =
            new MemoryLastingDrafts(this::begin, Instant.parse("2030-01-01T00:00:00Z"), 1_000_000);

    @Override
    protected LastingDrafts drafts() {
        return drafts;
    }

    @Override
    protected Result<Draft> begin(WriteRequest request) {
        return request.precondition().holds(Optional.empty())
                ? Result.done(new Ordinary(request))
                : Result.refused(Reason.PRECONDITION_FAILED, "the record doesn't exist");
    }

    @Override
    protected void restart() {
        // What is in memory doesn't outlast it.
    }

    private static final class Ordinary extends MemoryDraft {

        Ordinary(WriteRequest request) {
            super(request, Optional.empty(), new byte[0]);
        }

        @Override
        public Result<List<ValidatorId>> validate() {
            return request().length().orElse(size()) == size()
                    ? Result.done(List.of())
                    : Result.refused(Reason.BAD_REQUEST, "another length");
        }

        @Override
        public Result<Change> commit() {
            return validate().then(validators -> Result.done(change(Change.Type.CREATED, validators)));
        }

        @Override
        public Result<Change> reject(Refusal refusal) {
            return Result.done(change(Change.Type.REJECTED, List.of()));
        }

        private Change change(Change.Type type, List<ValidatorId> validators) {
            RecordVersion version = new RecordVersion(
                    request().path(), size(), Instant.EPOCH, Optional.of("\"v1\""), Optional.of(sha256()));
            return new Change(
                    type,
                    new Cursor("e", 1),
                    Instant.EPOCH,
                    version,
                    Optional.empty(),
                    validators,
                    "/files/" + version.path(),
                    "{}");
        }

        private String sha256() {
            try {
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes()));
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
        }
    }
}
