package io.datahub.store.write;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Upload;
import io.datahub.api.record.WriteRequest;
import io.datahub.store.core.StagedFile;
import io.datahub.store.core.StoreContext;
import java.io.IOException;
import java.util.Optional;

/** Begins uploads. Thread-safe. */
public final class Uploads {

    private final StoreContext context;
    private final UploadAdmission admission;
    private final UploadCommitter committer;
    private final UploadCounts counts;

    public Uploads(StoreContext context, UploadAdmission admission, UploadCommitter committer, UploadCounts counts) {
        this.context = context;
        this.admission = admission;
        this.committer = committer;
        this.counts = counts;
    }

    /** Begins an upload, unless it can't succeed. */
    public Result<Upload> begin(WriteRequest request) throws IOException {
        Result<Upload> begun = tryToBegin(request);
        if (begun.isRefused()) {
            counts.refused();
        }
        return begun;
    }

    private Result<Upload> tryToBegin(WriteRequest request) throws IOException {
        Optional<Refusal> refusal = admission.refuse(request, request.length().orElse(0));
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        Result<UploadLimiter.Slot> slot = admission.acquireSlot(request);
        if (slot.isRefused()) {
            return Result.refused(slot.refusal().orElseThrow());
        }
        Result<Quotas.Claim> claim = null;
        boolean begun = false;
        try {
            claim = admission.claim(request);
            if (claim.isRefused()) {
                return Result.refused(claim.refusal().orElseThrow());
            }
            StagedFile staged = new StagedFile(
                    context.staging().newFile(), request.digests().keySet());
            begun = true;
            UploadReceiver receiver = admission.receive(request, staged, slot.get());
            return Result.done(new RecordUpload(request, staged, claim.get(), receiver, admission, committer));
        } finally {
            if (!begun) {
                slot.get().close();
                if (claim != null && !claim.isRefused()) {
                    claim.get().close();
                }
            }
        }
    }
}
