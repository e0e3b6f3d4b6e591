package io.datahub.records.draft;

import io.datahub.api.Refusal;
import io.datahub.api.record.Precondition;
import io.datahub.records.staging.StagedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The bytes of a draft: those of the staged file, followed by the rest of the version that the draft began from as long
 * as that isn't copied. Not thread-safe.
 */
final class DraftBytes {

    private final StagedFile staged;
    private final Optional<BaseVersion> base;
    private final DraftReceiver receiver;
    private final SizeLimit limit;

    /** Refuses sizes. */
    interface SizeLimit {
        Optional<Refusal> refuse(long size) throws IOException;
    }

    /** @param limit asked before the staged file grows */
    DraftBytes(StagedFile staged, Optional<BaseVersion> base, DraftReceiver receiver, SizeLimit limit) {
        this.staged = staged;
        this.base = base;
        this.receiver = receiver;
        this.limit = limit;
    }

    long size() {
        return base.isEmpty() ? staged.size() : base.get().size();
    }

    /** The entity tag of the version that the draft began from. */
    Optional<String> baseEtag() {
        return base.flatMap(BaseVersion::etag);
    }

    /** Whether bytes of that version may be among these. */
    boolean useBase() {
        return base.isPresent() && base.get().isUsed();
    }

    /** Whether the record still has that version, if that matters. */
    Precondition condition() {
        return base.isEmpty() ? Precondition.NONE : base.get().condition();
    }

    Optional<Refusal> write(long offset, ByteBuffer bytes) throws IOException {
        long end = offset + bytes.remaining();
        Optional<Refusal> refusal = limit.refuse(end < 0 ? Long.MAX_VALUE : Math.max(staged.size(), end));
        if (refusal.isEmpty() && offset != staged.size()) {
            refusal = complete();
        }
        if (refusal.isEmpty()) {
            refusal = receiver.write(offset, bytes);
        }
        if (base.isPresent()) {
            base.get().stagedChanged(false);
        }
        return refusal;
    }

    Optional<Refusal> truncate(long size) throws IOException {
        Optional<Refusal> refusal = limit.refuse(size);
        if (refusal.isPresent() || (base.isPresent() && base.get().truncate(size))) {
            return refusal;
        }
        boolean isExtended = size > size();
        if (isExtended) {
            refusal = complete();
        }
        if (refusal.isEmpty()) {
            refusal = receiver.truncate(size);
        }
        if (base.isPresent()) {
            base.get().stagedChanged(!isExtended);
        }
        return refusal;
    }

    /** Copies what the staged file doesn't have yet. */
    Optional<Refusal> complete() throws IOException {
        if (base.isEmpty() || !base.get().isPending()) {
            return Optional.empty();
        }
        Optional<Refusal> tooLarge = limit.refuse(size());
        return tooLarge.isPresent() ? tooLarge : base.get().copy(receiver);
    }

    /** No more bytes will arrive, so that others can upload. */
    void allReceived() {
        receiver.allReceived();
    }

    /** Releases everything but the staged file. */
    void release() throws IOException {
        receiver.close();
        if (base.isPresent()) {
            base.get().close();
        }
    }
}
