package io.datahub.store.write;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.WriteRequest;
import io.datahub.store.metadata.LastingDraftEntry;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The quota claim of a lasting draft that is being resumed: the present one, or another if the request is for another
 * path. Closing this restores the present one unless the other was accepted. Not thread-safe.
 */
final class ResumedClaim implements AutoCloseable {

    private final UploadAdmission admission;
    private final KeptDraft draft;
    private Quotas.Claim replacement;
    private boolean released;
    private boolean accepted;

    ResumedClaim(UploadAdmission admission, KeptDraft draft) {
        this.admission = admission;
        this.draft = draft;
    }

    /** Claims what the request needs, or refuses it. */
    Optional<Refusal> adapt(WriteRequest request, LastingDraftEntry entry, long size) throws IOException {
        if (entry.path().equals(request.path())) {
            boolean declaresLength = !entry.hasLength() && request.length().isPresent();
            return declaresLength ? draft.claim().raise(request.length().getAsLong()) : Optional.empty();
        }
        draft.claim().close();
        released = true;
        long bytes = Math.max(size, request.length().orElse(0));
        Result<Quotas.Claim> claimed = admission.claim(request.withLength(OptionalLong.of(bytes)));
        if (!claimed.isRefused()) {
            replacement = claimed.get();
        }
        return claimed.refusal();
    }

    /** The claim that the draft has from now on. */
    Quotas.Claim current() {
        return replacement == null ? draft.claim() : replacement;
    }

    /** Likewise; the draft has been resumed. */
    Quotas.Claim accept() {
        accepted = true;
        return current();
    }

    @Override
    public void close() {
        if (released && !accepted) {
            if (replacement != null) {
                replacement.close();
            }
            draft.reopenClaim();
        }
    }
}
