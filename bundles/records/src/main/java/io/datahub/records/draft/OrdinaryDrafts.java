package io.datahub.records.draft;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Draft;
import io.datahub.api.record.WriteRequest;
import io.datahub.records.quota.Quotas;
import io.datahub.records.staging.StagedFile;
import java.io.IOException;
import java.util.Optional;

/** Begins drafts that end with their connection. Thread-safe. */
public final class OrdinaryDrafts {

    private final DraftStore store;
    private final DraftAdmission admission;
    private final Committer committer;
    private final UploadCounts counts;

    public OrdinaryDrafts(DraftStore store, DraftAdmission admission, Committer committer, UploadCounts counts) {
        this.store = store;
        this.admission = admission;
        this.committer = committer;
        this.counts = counts;
    }

    /** Begins an empty draft, unless it can't succeed. */
    public Result<Draft> begin(WriteRequest request) throws IOException {
        return begin(request, false, RecordDraft.Ending.NONE);
    }

    /** Likewise; the ending is told how the draft ends, unless it is refused. */
    public Result<Draft> begin(WriteRequest request, RecordDraft.Ending ending) throws IOException {
        return begin(request, false, ending);
    }

    /** Begins a draft from the present version of the record. */
    public Result<Draft> edit(WriteRequest request) throws IOException {
        return begin(request, true, RecordDraft.Ending.NONE);
    }

    private Result<Draft> begin(WriteRequest request, boolean fromPresent, RecordDraft.Ending ending)
            throws IOException {
        Result<Draft> begun = tryToBegin(request, fromPresent, ending);
        if (begun.isRefused()) {
            counts.refused();
        }
        return begun;
    }

    private Result<Draft> tryToBegin(WriteRequest request, boolean fromPresent, RecordDraft.Ending ending)
            throws IOException {
        Optional<Refusal> refusal = admission.refuse(request, request.length().orElse(0));
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        Result<UploadLimiter.Slot> slot = admission.acquireSlot(request);
        if (slot.isRefused()) {
            return Result.refused(slot.refusal().orElseThrow());
        }
        Result<Quotas.Claim> claim = null;
        Result<Draft> begun = null;
        try {
            claim = admission.claim(request);
            begun = claim.isRefused()
                    ? Result.refused(claim.refusal().orElseThrow())
                    : open(request, fromPresent, slot.get(), claim.get(), ending);
            return begun;
        } finally {
            if (begun == null || begun.isRefused()) {
                slot.get().close();
                if (claim != null && !claim.isRefused()) {
                    claim.get().close();
                }
            }
        }
    }

    private Result<Draft> open(
            WriteRequest request,
            boolean fromPresent,
            UploadLimiter.Slot slot,
            Quotas.Claim claim,
            RecordDraft.Ending ending)
            throws IOException {
        StagedFile staged = new StagedFile(store.newFile(), request.digests().keySet());
        Result<Optional<BaseVersion>> base = null;
        try {
            base = fromPresent ? store.open(request.path(), staged) : Result.done(Optional.empty());
            if (base.isRefused()) {
                return Result.refused(base.refusal().orElseThrow());
            }
            DraftReceiver receiver = admission.receive(request, staged, slot, !fromPresent);
            return Result.done(
                    new RecordDraft(request, staged, base.get(), claim, receiver, admission, committer, ending));
        } finally {
            if (base == null || base.isRefused()) {
                staged.close();
            }
        }
    }
}
