package io.datahub.cluster.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.Expectation;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.NewVersion;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.record.Change;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import io.datahub.cluster.commit.AnnouncedCommit;
import io.datahub.cluster.engine.EngineErrors;
import io.datahub.cluster.engine.LedgerClock;
import io.datahub.cluster.journal.Freshness;
import io.datahub.cluster.read.Lookups;
import io.datahub.cluster.read.PathLookup;
import io.datahub.cluster.read.RecordBytes;
import io.datahub.records.change.Audit;
import io.datahub.records.draft.Committer;
import io.datahub.records.draft.UploadCounts;
import io.datahub.records.draft.ValidatedDraft;
import io.datahub.records.guard.WriteGuard;
import io.datahub.records.quota.Quotas;
import io.datahub.records.settings.StoreSettings;
import io.datahub.records.staging.CandidateFile;
import io.datahub.records.staging.StagedFile;
import io.datahub.records.validation.ValidationService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Validates staged files here, stores them as blobs, and has the ledger decide. Preconditions are evaluated here, against
 * the version that was seen, and the ledger compares that with the present one; if another hub was faster, they are
 * evaluated again. Thread-safe.
 */
public final class LedgerCommitter implements Committer {

    private static final int TRIES = 6;

    private final Lookups lookups;
    private final RecordBytes bytes;
    private final StoredBlobs blobs;
    private final WriteGuard guard;
    private final ValidationService validation;
    private final AnnouncedCommit commits;
    private final LedgerClock clock;
    private final Quotas quotas;
    private final Freshness freshness;
    private final UploadCounts counts;
    private final Supplier<StoreSettings> settings;

    public LedgerCommitter(
            Lookups lookups,
            RecordBytes bytes,
            StoredBlobs blobs,
            WriteGuard guard,
            ValidationService validation,
            AnnouncedCommit commits,
            LedgerClock clock,
            Quotas quotas,
            Freshness freshness,
            UploadCounts counts,
            Supplier<StoreSettings> settings) {
        this.lookups = lookups;
        this.bytes = bytes;
        this.blobs = blobs;
        this.guard = guard;
        this.validation = validation;
        this.commits = commits;
        this.clock = clock;
        this.quotas = quotas;
        this.freshness = freshness;
        this.counts = counts;
        this.settings = settings;
    }

    @Override
    public Result<ValidatedDraft> validate(WriteRequest request, StagedFile staged) throws IOException {
        ComparedRecord compared = new ComparedRecord(lookups, bytes, request.path());
        CandidateFile candidate =
                new CandidateFile(request.path(), request.user().name(), staged, compared);
        Result<List<ValidatorId>> validated =
                validation.validate(candidate, settings.get().validatorWait());
        validated.refusal().ifPresent(found -> Audit.refused("validate", request, found));
        return validated.then(validators -> Result.done(new ValidatedDraft(validators, compared.etag())));
    }

    @Override
    public Result<Change> commit(
            WriteRequest request, StagedFile staged, Quotas.Claim claim, Validation draftValidation, long began)
            throws IOException {
        return commit(request, staged, claim, draftValidation, began, List.of());
    }

    /**
     * Likewise, together with other changes.
     *
     * @param others made with the commit, given the entity tag of the new version; nothing is committed if one is refused
     */
    public Result<Change> commit(
            WriteRequest request,
            StagedFile staged,
            Quotas.Claim claim,
            Validation draftValidation,
            long began,
            List<Companion> others)
            throws IOException {
        Result<Change> result = null;
        try {
            result = EngineErrors.translate(() -> tryToCommit(request, staged, claim, draftValidation, others));
            result.refusal().ifPresent(found -> Audit.refused("write", request, found));
            return result;
        } finally {
            counts.ended(result, staged.size(), began);
        }
    }

    /** A change that is made together with a commit. */
    public interface Companion {
        Operation with(String etag);
    }

    private Result<Change> tryToCommit(
            WriteRequest request,
            StagedFile staged,
            Quotas.Claim claim,
            Validation draftValidation,
            List<Companion> others)
            throws IOException {
        Optional<Refusal> stale = freshness.refuse();
        if (stale.isPresent()) {
            return Result.refused(stale.get());
        }
        Result<ValidatedDraft> validated = draftValidation.validate();
        String blob = "";
        boolean isRefused = false;
        try {
            for (int i = 0; i < TRIES; i++) {
                if (validated.isRefused()) {
                    isRefused = true;
                    return Result.refused(validated.refusal().orElseThrow());
                }
                Optional<User> user = request.currentUser().get();
                if (user.isEmpty()) {
                    isRefused = true;
                    return Result.refused(Reason.UNAUTHENTICATED, "the credentials were revoked during the upload");
                }
                WriteRequest current = request.withUser(user.get());
                // The ledger refuses what can't be there, so the first try needs no look-up if nothing depends on it.
                PathLookup state = i == 0 && isIndependent(current, validated.get())
                        ? PathLookup.NOTHING
                        : lookups.lookUp(request.path());
                Optional<Refusal> refusal = guard.refuseWrite(current, state);
                if (refusal.isEmpty()) {
                    refusal = claim.reserve(staged.size(), state.counted());
                }
                if (refusal.isPresent()) {
                    isRefused = true;
                    return Result.refused(refusal.get());
                }
                if (isOutdated(validated.get(), state)) {
                    validated = validate(request, staged);
                    continue;
                }
                if (blob.isEmpty()) {
                    blob = blobs.put(staged.path(), staged.size(), staged.sha256());
                }
                Outcome outcome = commits.commit(
                        user.get().name(),
                        operations(current, staged, blob, validated.get(), state, others),
                        LedgerUsage.limits(quotas, request.path(), user.get().name()));
                if (outcome instanceof Outcome.Committed committed) {
                    Change change = commits.announced(committed).get(0);
                    Audit.done(request, change);
                    return Result.done(change);
                }
                Outcome.Refused refused = (Outcome.Refused) outcome;
                switch (refused.kind()) {
                    case LIMIT, TAKEN_OVER -> {
                        isRefused = true;
                        return Result.refused(refusal(refused));
                    }
                    case BLOB_GONE -> blob = "";
                    default -> {
                        // looked up again, and decided anew
                    }
                }
            }
            isRefused = true;
            return Result.refused(Reason.CONFLICT, request.path() + " keeps being written to; retry");
        } finally {
            if (isRefused && !blob.isEmpty()) {
                blobs.discard(blob);
            }
        }
    }

    /** Whether validators have compared the new version with another one than the present. */
    private static boolean isOutdated(ValidatedDraft validated, PathLookup state) {
        return validated.comparedWith().isPresent()
                && !validated.comparedWith().get().equals(state.at().record().map(LedgerRecord::etag));
    }

    /** Whether the version that is there now, or that there is none, decides whether this one may be written. */
    private static boolean dependsOnPresent(WriteRequest request, ValidatedDraft validated) {
        return request.precondition() != Precondition.NONE
                || validated.comparedWith().isPresent()
                || !request.user().mayWrite(request.path());
    }

    private boolean isIndependent(WriteRequest request, ValidatedDraft validated) {
        return !dependsOnPresent(request, validated)
                && quotas.applying(request.path(), request.user().name()).isEmpty();
    }

    private List<Operation> operations(
            WriteRequest request,
            StagedFile staged,
            String blob,
            ValidatedDraft validated,
            PathLookup state,
            List<Companion> others) {
        String etag = '"' + blobs.fresh(10) + '"';
        NewVersion version = new NewVersion(
                etag, staged.size(), staged.sha256(), blob, request.user().name(), request.clientModified());
        List<Operation> operations = new ArrayList<>();
        operations.add(new Operation.Put(
                request.path(),
                dependsOnPresent(request, validated) ? state.expectation() : Expectation.ANY,
                version,
                validated.validators()));
        others.forEach(other -> operations.add(other.with(etag)));
        return operations;
    }

    /** Why the ledger refused what can't be tried again. */
    public static Refusal refusal(Outcome.Refused refused) {
        return switch (refused.kind()) {
            case LIMIT ->
                new Refusal(
                        Reason.NO_ROOM,
                        "a quota is exhausted ("
                                + refused.limit()
                                        .map(limit -> limit.subject().toString())
                                        .orElse("")
                                + "); delete records that count towards it, or ask an administrator");
            case TAKEN_OVER ->
                new Refusal(Reason.CONFLICT, "another request has taken over the upload; query its offset");
            default -> new Refusal(Reason.CONFLICT, refused.path() + " was modified concurrently; retry");
        };
    }

    @Override
    public Change reject(WriteRequest request, StagedFile staged, Refusal refusal) throws IOException {
        return reject(request, staged, refusal, List.of());
    }

    /** Likewise, together with other changes. */
    public Change reject(WriteRequest request, StagedFile staged, Refusal refusal, List<Companion> others)
            throws IOException {
        staged.finish();
        RecordVersion version = new RecordVersion(
                request.path(), staged.size(), clock.now(), Optional.empty(), Optional.of(staged.sha256()));
        List<Operation> operations = new ArrayList<>();
        operations.add(new Operation.Reject(version, List.of(), refusal.violations()));
        others.forEach(other -> operations.add(other.with("")));
        Outcome outcome = commits.commit(request.user().name(), operations, List.of());
        if (outcome instanceof Outcome.Committed committed) {
            return commits.announced(committed).get(0);
        }
        throw new IOException("the ledger refused to announce a rejection: " + outcome);
    }
}
