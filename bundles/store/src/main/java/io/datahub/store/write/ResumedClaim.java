package io.datahub.store.write;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.WriteRequest;
import io.datahub.records.draft.DraftAdmission;
import io.datahub.records.quota.Quotas;
import io.datahub.store.metadata.LastingDraftEntry;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * The quota claim of a lasting draft that is being resumed: the present one, or another if the request is for another
 * path. Closing this restores the present one unless the other was accepted. Not thread-safe.
 */
final class ResumedClaim implements AutoCloseable {

    private final DraftAdmission admission;
    private final Supplier<Quotas.Claim> present;
    private final Runnable reopen;
    private Quotas.Claim replacement;
    private boolean released;
    private boolean accepted;

    /**
     * @param present the draft's present claim
     * @param reopen restores it, unless the draft has ended in the meantime
     */
    ResumedClaim(DraftAdmission admission, Supplier<Quotas.Claim> present, Runnable reopen) {
        this.admission = admission;
        this.present = present;
        this.reopen = reopen;
    }

    /** Claims what the request needs, or refuses it. */
    Optional<Refusal> adapt(WriteRequest request, LastingDraftEntry entry, long size) throws IOException {
        if (entry.path().equals(request.path())) {
            boolean declaresLength = !entry.hasLength() && request.length().isPresent();
            return declaresLength ? present.get().raise(request.length().getAsLong()) : Optional.empty();
        }
        present.get().close();
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
        return replacement == null ? present.get() : replacement;
    }

    /** The claim that the draft has from now on, since it has been resumed. */
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
            reopen.run();
        }
    }
}
