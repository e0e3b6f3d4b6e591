package io.datahub.store.write;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.validation.ValidatorId;
import io.datahub.records.change.Audit;
import io.datahub.records.draft.Committer;
import io.datahub.records.draft.UploadCounts;
import io.datahub.records.draft.ValidatedDraft;
import io.datahub.records.quota.Quotas;
import io.datahub.records.staging.CandidateFile;
import io.datahub.records.staging.IoErrors;
import io.datahub.records.staging.StagedFile;
import io.datahub.records.validation.ValidationService;
import io.datahub.store.core.FailPoints.Step;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.PathState;
import io.datahub.store.core.RejectedFiles;
import io.datahub.store.core.StoreContext;
import io.datahub.store.core.UsersFile;
import io.datahub.store.metadata.LastGoodCopyEntry;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Validates staged files and commits them. If a record is replaced while the new version is validated, a validator that
 * compared the two has to validate again. Thread-safe.
 */
public final class DraftCommitter implements Committer {

    private static final int TRIES = 3;

    /** Larger files are flushed before the commit, since the commit blocks others that need the path's lock. */
    private static final int FLUSH_IN_COMMIT_BYTES = 1 << 20;

    private final StoreContext context;
    private final ValidationService validation;
    private final LastGoodVersions lastGoodVersions;
    private final Commit commit;
    private final UploadCounts counts;
    private final RejectedFiles rejected;
    private final IndexWriter indexWriter;

    public DraftCommitter(
            StoreContext context,
            ValidationService validation,
            LastGoodVersions lastGoodVersions,
            Commit commit,
            UploadCounts counts,
            RejectedFiles rejected,
            IndexWriter indexWriter) {
        this.context = context;
        this.validation = validation;
        this.lastGoodVersions = lastGoodVersions;
        this.commit = commit;
        this.counts = counts;
        this.rejected = rejected;
        this.indexWriter = indexWriter;
    }

    @Override
    public Result<ValidatedDraft> validate(WriteRequest request, StagedFile staged) throws IOException {
        RecordPath path = request.path();
        ComparedVersion compared = new ComparedVersion(context, path);
        CandidateFile candidate = new CandidateFile(path, request.user().name(), staged, compared);
        Result<List<ValidatorId>> validated =
                validation.validate(candidate, context.settings().get().validatorWait());
        validated.refusal().ifPresent(found -> Audit.refused("validate", request, found));
        return validated.then(validators ->
                Result.done(new ValidatedDraft(validators, compared.state().map(PathState::onDisk))));
    }

    @Override
    public Result<Change> commit(
            WriteRequest request, StagedFile staged, Quotas.Claim claim, Validation draftValidation, long began)
            throws IOException {
        Result<Change> result = null;
        try {
            result = IoErrors.translate(() -> tryToCommit(request, staged, claim, draftValidation));
            return result;
        } finally {
            counts.ended(result, staged.size(), began);
        }
    }

    private Result<Change> tryToCommit(
            WriteRequest request, StagedFile staged, Quotas.Claim claim, Validation draftValidation)
            throws IOException {
        context.failPoints().at(Step.STAGED);
        Result<ValidatedDraft> validated = draftValidation.validate();
        for (int i = 0; ; i++) {
            if (validated.isRefused()) {
                return Result.refused(validated.refusal().orElseThrow());
            }
            context.failPoints().at(Step.VALIDATED);
            Result<Change> result = commitValidated(request, staged, claim, validated.get());
            boolean replaced = result.refusal()
                    .filter(Commit.REPLACED_DURING_VALIDATION::equals)
                    .isPresent();
            if (!replaced || i == TRIES) {
                result.refusal().ifPresent(found -> Audit.refused("write", request, found));
                return result;
            }
            validated = validate(request, staged);
        }
    }

    private Result<Change> commitValidated(
            WriteRequest request, StagedFile staged, Quotas.Claim claim, ValidatedDraft validated) throws IOException {
        Optional<LastGoodCopyEntry> copy = Optional.empty();
        boolean stored = false;
        try {
            if (staged.size() > FLUSH_IN_COMMIT_BYTES) {
                staged.flush();
            }
            UsersFile.restrict(request.path(), staged.path());
            copy = validated.validators().isEmpty() ? Optional.empty() : lastGoodVersions.keep(request.path(), staged);
            context.failPoints().at(Step.COPIED);
            Result<Change> result = commit.commit(request, staged, validated, copy, claim);
            stored = !result.isRefused();
            if (stored) {
                Audit.done(request, result.get());
            }
            return result;
        } finally {
            // After the rename its copy belongs to the intent.
            if (!stored && !staged.hasMoved()) {
                lastGoodVersions.discard(copy);
            }
        }
    }

    /** Keeps a staged file that validators refused among the rejected ones, and announces it. */
    @Override
    public Change reject(WriteRequest request, StagedFile staged, Refusal refusal) throws IOException {
        staged.finish();
        RecordVersion version = new RecordVersion(
                request.path(), staged.size(), Instant.now(), Optional.empty(), Optional.of(staged.sha256()));
        rejected.keep(request.path().toString().replace('/', '_'), staged);
        return indexWriter
                .rejected(version, request.user().name(), refusal.violations())
                .await();
    }
}
