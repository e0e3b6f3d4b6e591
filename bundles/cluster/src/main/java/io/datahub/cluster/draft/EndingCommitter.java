package io.datahub.cluster.draft;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.Operation;
import io.datahub.api.record.Change;
import io.datahub.api.record.WriteRequest;
import io.datahub.cluster.write.LedgerCommitter;
import io.datahub.records.draft.Committer;
import io.datahub.records.draft.ValidatedDraft;
import io.datahub.records.quota.Quotas;
import io.datahub.records.staging.StagedFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Commits the bytes of a lasting draft, and ends the draft with the same commit, unless it was taken over. */
record EndingCommitter(LedgerCommitter committer, String name, Generation generation) implements Committer {

    /** Prepares the draft for its end. */
    interface Generation {

        /**
         * The generation of the draft.
         *
         * @param size of the record
         */
        long of(long size) throws IOException;
    }

    @Override
    public Result<ValidatedDraft> validate(WriteRequest request, StagedFile staged) throws IOException {
        return committer.validate(request, staged);
    }

    @Override
    public Result<Change> commit(
            WriteRequest request, StagedFile staged, Quotas.Claim claim, Validation validation, long began)
            throws IOException {
        long present = generation.of(staged.size());
        return committer.commit(
                request,
                staged,
                claim,
                validation,
                began,
                List.of(etag -> new Operation.EndDraft(name, present, Optional.of(etag))));
    }

    @Override
    public Change reject(WriteRequest request, StagedFile staged, Refusal refusal) throws IOException {
        long present = generation.of(staged.size());
        return committer.reject(
                request, staged, refusal, List.of(etag -> new Operation.EndDraft(name, present, Optional.empty())));
    }
}
