package io.datahub.records.draft;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.WriteRequest;
import io.datahub.records.change.Audit;
import io.datahub.records.guard.WriteGuard;
import io.datahub.records.quota.Quotas;
import io.datahub.records.settings.StoreSettings;
import io.datahub.records.staging.FreeSpaceCheck;
import io.datahub.records.staging.StagedFile;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Decides which drafts may begin or resume: grants and preconditions, size, free space, quotas, and the number of
 * concurrent uploads. Refusals are written to the audit log. Thread-safe.
 */
public final class DraftAdmission {

    private final DraftStore store;
    private final Supplier<StoreSettings> settings;
    private final WriteGuard guard;
    private final FreeSpaceCheck freeSpace;
    private final Quotas quotas;
    private final UploadLimiter limiter;

    public DraftAdmission(
            DraftStore store,
            WriteGuard guard,
            FreeSpaceCheck freeSpace,
            Quotas quotas,
            Supplier<StoreSettings> settings) {
        this.store = store;
        this.guard = guard;
        this.freeSpace = freeSpace;
        this.quotas = quotas;
        this.settings = settings;
        limiter = new UploadLimiter(settings);
    }

    /** Refuses a write that can't succeed, of which this many bytes are still to be received. */
    public Optional<Refusal> refuse(WriteRequest request, long remaining) throws IOException {
        Optional<Refusal> refusal = guard.refuseWrite(request, store.lookUp(request.path()));
        if (refusal.isEmpty()) {
            refusal = refuseSize(request.length().orElse(0));
        }
        if (refusal.isEmpty()) {
            refusal = refuseSpace(request.path(), remaining);
        }
        return audited(request, refusal);
    }

    /** Refuses a part that can't succeed, of which this many bytes are still to be received. */
    public Optional<Refusal> refusePart(WriteRequest request, long remaining) throws IOException {
        Optional<Refusal> refusal = guard.refusePart(request.user());
        if (refusal.isEmpty()) {
            refusal = refuseSize(request.length().orElse(0));
        }
        if (refusal.isEmpty()) {
            refusal = freeSpace.refuse(remaining);
        }
        return audited(request, refusal);
    }

    /** Refuses a record of more than the maximum size. */
    public Optional<Refusal> refuseSize(long bytes) {
        long max = settings.get().maxUploadBytes();
        return bytes <= max
                ? Optional.empty()
                : Optional.of(new Refusal(Reason.TOO_LARGE, "a record may have at most " + max + " bytes"));
    }

    /** Refuses if there is not enough space; for the users file the store makes room first. */
    private Optional<Refusal> refuseSpace(RecordPath path, long bytes) throws IOException {
        if (path.equals(RecordPath.USERS) && !freeSpace.hasMinimum()) {
            store.makeRoom();
        }
        return freeSpace.refuse(path, bytes);
    }

    /** Claims the announced size of a draft. The caller closes the claim. */
    public Result<Quotas.Claim> claim(WriteRequest request) throws IOException {
        Quotas.Claim claim = quotas.claim(request);
        boolean claimed = false;
        try {
            Optional<Refusal> refusal = audited(request, reserve(request, claim));
            claimed = refusal.isEmpty();
            return claimed ? Result.done(claim) : Result.refused(refusal.get());
        } finally {
            if (!claimed) {
                claim.close();
            }
        }
    }

    /**
     * Claims the size of a draft that began earlier. It may exceed the quotas, which may be newer than the draft.
     */
    public Quotas.Claim claimAgain(WriteRequest request) throws IOException {
        Quotas.Claim claim = quotas.claim(request);
        audited(request, reserve(request, claim));
        return claim;
    }

    private Optional<Refusal> reserve(WriteRequest request, Quotas.Claim claim) throws IOException {
        return claim.reserve(request.length().orElse(0), store.counted(request.path()));
    }

    /** A closed claim, for a draft that is a record already. */
    public Quotas.Claim closedClaim(WriteRequest request) {
        Quotas.Claim claim = quotas.claim(request);
        claim.close();
        return claim;
    }

    /** Acquires one of the slots for concurrent uploads. The caller closes it. */
    public Result<UploadLimiter.Slot> acquireSlot(WriteRequest request) {
        Result<UploadLimiter.Slot> slot = limiter.acquire(request.user());
        audited(request, slot.refusal());
        return slot;
    }

    /**
     * Receives the bytes of a request; closing the receiver closes the slot.
     *
     * @param isStream whether the client is expected to append all bytes without a pause
     */
    public DraftReceiver receive(WriteRequest request, StagedFile staged, UploadLimiter.Slot slot, boolean isStream) {
        MinThroughput throughput = new MinThroughput(settings.get().minUploadBytesPerSecond(), System.nanoTime());
        return new DraftReceiver(staged, slot, freeSpace.share(request), throughput, isStream);
    }

    private static Optional<Refusal> audited(WriteRequest request, Optional<Refusal> refusal) {
        refusal.ifPresent(found -> Audit.refused("write", request, found));
        return refusal;
    }
}
