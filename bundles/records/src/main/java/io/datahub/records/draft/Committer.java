package io.datahub.records.draft;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.WriteRequest;
import io.datahub.records.quota.Quotas;
import io.datahub.records.staging.StagedFile;
import java.io.IOException;

/** Validates staged files and commits them. Thread-safe. */
public interface Committer {

    /** Validates a draft, or returns the result if that has been done. */
    interface Validation {
        Result<ValidatedDraft> validate() throws IOException;
    }

    /** Validates a staged file, whose hashes are complete. */
    Result<ValidatedDraft> validate(WriteRequest request, StagedFile staged) throws IOException;

    /**
     * Commits a staged file and counts the upload.
     *
     * @param claim the quota claim for it
     * @param began start time of the upload, from {@link System#nanoTime}
     * @return the change, which is durable and announced; or the refusal
     */
    Result<Change> commit(
            WriteRequest request, StagedFile staged, Quotas.Claim claim, Validation validation, long began)
            throws IOException;

    /** Announces that validators refused a staged file. */
    Change reject(WriteRequest request, StagedFile staged, Refusal refusal) throws IOException;
}
