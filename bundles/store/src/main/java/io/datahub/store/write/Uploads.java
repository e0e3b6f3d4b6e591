package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.Upload;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.validation.ValidatorId;
import io.datahub.store.core.Audit;
import io.datahub.store.core.CandidateFile;
import io.datahub.store.core.FailPoints;
import io.datahub.store.core.FreeSpaceCheck;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.PathState;
import io.datahub.store.core.Quotas;
import io.datahub.store.core.StagedFile;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.SpareFile;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.LastGoodCopy;
import io.datahub.store.settings.Settings;
import io.datahub.store.validation.ValidationService;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Begins uploads, and gives them access to the components that they need. */
public final class Uploads {

    private final StoreContext context;
    private final WriteGuard guard;
    private final FreeSpaceCheck freeSpace;
    private final SpareFile spare;
    private final ValidationService validation;
    private final LastGoodVersions lastGoodVersions;
    private final Commit commit;
    private final Quotas quotas;
    private final UploadLimiter limiter;
    private final Supplier<Settings> settings;
    private final UploadCounts counts = new UploadCounts();

    public Uploads(
            StoreContext context,
            WriteGuard guard,
            FreeSpaceCheck freeSpace,
            SpareFile spare,
            ValidationService validation,
            LastGoodVersions lastGoodVersions,
            Commit commit,
            Quotas quotas,
            UploadLimiter limiter,
            Supplier<Settings> settings) {
        this.context = context;
        this.guard = guard;
        this.freeSpace = freeSpace;
        this.spare = spare;
        this.validation = validation;
        this.lastGoodVersions = lastGoodVersions;
        this.commit = commit;
        this.quotas = quotas;
        this.limiter = limiter;
        this.settings = settings;
    }

    public Result<Upload> begin(WriteRequest request) throws IOException {
        Result<Upload> begun = tryToBegin(request);
        if (begun.isRefused()) {
            counts.refused();
        }
        return begun;
    }

    private Result<Upload> tryToBegin(WriteRequest request) throws IOException {
        Optional<Refusal> refusal = refuse(request, request.length().orElse(0));
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        Result<UploadLimiter.Slot> slot = acquireSlot(request);
        if (slot.isRefused()) {
            return Result.refused(slot.refusal().orElseThrow());
        }
        Quotas.Claim claim = claim(request);
        boolean begun = false;
        try {
            refusal = reserve(request, claim);
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
            StagedFile staged = new StagedFile(
                    context.staging().newFile(), request.digests().keySet());
            begun = true;
            return Result.done(new RecordUpload(request, this, staged, claim, slot.get(), newThroughput()));
        } finally {
            if (!begun) {
                claim.close();
                slot.get().close();
            }
        }
    }

    /** Acquires a slot in the upload limiter. */
    Result<UploadLimiter.Slot> acquireSlot(WriteRequest request) {
        Result<UploadLimiter.Slot> slot = limiter.acquire(request.user());
        slot.refusal().ifPresent(found -> Audit.refused("write", request, found));
        return slot;
    }

    Quotas.Claim claim(WriteRequest request) {
        return quotas.claim(request);
    }

    /** A closed claim, for an upload that is a record already. */
    Quotas.Claim closedClaim(WriteRequest request) {
        Quotas.Claim claim = quotas.claim(request);
        claim.close();
        return claim;
    }

    /** Reserves the size that the request announces. */
    Optional<Refusal> reserve(WriteRequest request, Quotas.Claim claim) throws IOException {
        Optional<IndexEntry> old = context.lookUp(request.path()).entry();
        Optional<Refusal> refusal = claim.reserve(request.length().orElse(0), old);
        refusal.ifPresent(found -> Audit.refused("write", request, found));
        return refusal;
    }

    MinThroughput newThroughput() {
        return new MinThroughput(settings.get().limits().minBytesPerSecond(), System.nanoTime());
    }

    /** Refuses a write that can't succeed, of which this many bytes are still to be received. */
    Optional<Refusal> refuse(WriteRequest request, long remaining) throws IOException {
        Optional<Refusal> refusal = guard.refuseWrite(request, context.lookUp(request.path()));
        if (refusal.isEmpty()) {
            refusal = refuseSize(request.length().orElse(0));
        }
        if (refusal.isEmpty()) {
            refusal = refuseSpace(request.path(), remaining);
        }
        refusal.ifPresent(found -> Audit.refused("write", request, found));
        return refusal;
    }

    /** Refuses a part that can't succeed, of which this many bytes are still to be received. */
    Optional<Refusal> refusePart(WriteRequest request, long remaining) throws IOException {
        Optional<Refusal> refusal = guard.refusePart(request.user());
        if (refusal.isEmpty()) {
            refusal = refuseSize(request.length().orElse(0));
        }
        if (refusal.isEmpty()) {
            refusal = freeSpace.refuse(remaining);
        }
        refusal.ifPresent(found -> Audit.refused("write", request, found));
        return refusal;
    }

    Optional<Refusal> refuseSize(long size) {
        long max = settings.get().maxUploadBytes();
        return size <= max
                ? Optional.empty()
                : Optional.of(new Refusal(Reason.TOO_LARGE, "a record may have at most " + max + " bytes"));
    }

    FreeSpaceCheck.Share share(WriteRequest request) {
        return freeSpace.share(request);
    }

    /** Refuses if there is not enough space; for the users file the hub releases its spare file first. */
    private Optional<Refusal> refuseSpace(RecordPath path, long bytes) throws IOException {
        if (path.equals(RecordPath.USERS) && !freeSpace.hasMinimum()) {
            spare.release();
        }
        return freeSpace.refuse(path, bytes);
    }

    PathState lookUp(RecordPath path) throws IOException {
        return context.lookUp(path);
    }

    CandidateFile candidate(WriteRequest request, StagedFile staged) {
        RecordPath path = request.path();
        return new CandidateFile(path, request.user().name(), staged, () -> openCurrent(path));
    }

    private Optional<InputStream> openCurrent(RecordPath path) throws IOException {
        return context.tree().lookUp(path).isFile()
                ? Optional.of(Channels.newInputStream(context.tree().open(path)))
                : Optional.empty();
    }

    Result<List<ValidatorId>> validate(CandidateFile candidate) throws IOException {
        return validation.validate(candidate, settings.get().validatorWait());
    }

    Optional<LastGoodCopy> keepLastGood(RecordPath path, StagedFile staged) throws IOException {
        return lastGoodVersions.keep(path, staged);
    }

    void discardLastGood(Optional<LastGoodCopy> copy) {
        lastGoodVersions.discard(copy);
    }

    Result<Change> commit(
            WriteRequest request,
            StagedFile staged,
            List<ValidatorId> validators,
            Optional<PathState> compared,
            Optional<LastGoodCopy> copy,
            Quotas.Claim claim)
            throws IOException {
        return commit.commit(request, staged, validators, compared, copy, claim);
    }

    public UploadCounts counts() {
        return counts;
    }

    FailPoints failPoints() {
        return context.failPoints();
    }
}
