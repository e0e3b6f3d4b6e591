package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.validation.ValidatorId;
import io.datahub.store.core.IoErrors;
import io.datahub.store.core.StagedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A draft in the staging folder: receives the bytes, checks that they are the announced ones, has them committed. */
final class RecordDraft implements Draft {

    private static final Logger LOG = LoggerFactory.getLogger(RecordDraft.class);

    private final WriteRequest request;
    private final StagedFile staged;
    private final Optional<BaseVersion> base;
    private final Quotas.Claim claim;
    private final UploadReceiver receiver;
    private final UploadAdmission admission;
    private final UploadCommitter committer;
    private final long began = System.nanoTime();
    private Refusal refusal;
    private ValidatedUpload validated;
    private boolean done;

    /**
     * @param base the version that it began from; closed on close
     * @param claim the quota claim; released on close
     * @param receiver writes to the staged file; closed on close
     */
    RecordDraft(
            WriteRequest request,
            StagedFile staged,
            Optional<BaseVersion> base,
            Quotas.Claim claim,
            UploadReceiver receiver,
            UploadAdmission admission,
            UploadCommitter committer) {
        this.request = request;
        this.staged = staged;
        this.base = base;
        this.claim = claim;
        this.receiver = receiver;
        this.admission = admission;
        this.committer = committer;
    }

    @Override
    public long size() {
        return base.isEmpty() ? staged.size() : base.get().size();
    }

    @Override
    public Optional<String> baseEtag() {
        return base.flatMap(BaseVersion::etag);
    }

    @Override
    public Optional<Refusal> write(long offset, ByteBuffer bytes) throws IOException {
        requireOpen();
        if (refusal == null) {
            refusal = refuseSize(Math.max(staged.size(), offset + bytes.remaining()))
                    .orElse(null);
        }
        if (refusal == null && base.isPresent() && offset != staged.size()) {
            refusal = copyBase().orElse(null);
        }
        if (refusal == null) {
            validated = null;
            refusal = receiver.write(offset, bytes).orElse(null);
        }
        if (base.isPresent()) {
            base.get().stagedChanged(false);
        }
        return Optional.ofNullable(refusal);
    }

    private Optional<Refusal> refuseSize(long size) throws IOException {
        Optional<Refusal> tooLarge = admission.refuseSize(size);
        if (tooLarge.isPresent()) {
            return tooLarge;
        }
        if (request.length().isEmpty()) {
            return claim.grow(size);
        }
        return size <= request.length().getAsLong()
                ? Optional.empty()
                : Optional.of(new Refusal(Reason.BAD_REQUEST, "the body is longer than the announced length"));
    }

    private Optional<Refusal> copyBase() throws IOException {
        if (base.isEmpty() || !base.get().isPending()) {
            return Optional.empty();
        }
        Optional<Refusal> tooLarge = refuseSize(size());
        return tooLarge.isPresent() ? tooLarge : base.get().copy(receiver);
    }

    @Override
    public Optional<Refusal> truncate(long size) throws IOException {
        requireOpen();
        validated = null;
        if (refusal == null) {
            refusal = refuseSize(size).orElse(null);
        }
        boolean ofBase = refusal == null && base.isPresent() && base.get().truncate(size);
        if (refusal == null && !ofBase) {
            boolean extended = size > size();
            if (extended) {
                refusal = copyBase().orElse(null);
            }
            if (refusal == null) {
                refusal = receiver.truncate(size).orElse(null);
            }
            if (base.isPresent()) {
                base.get().stagedChanged(!extended);
            }
        }
        return Optional.ofNullable(refusal);
    }

    @Override
    public Result<Integer> read(long offset, ByteBuffer target) throws IOException {
        requireOpen();
        if (base.filter(BaseVersion::isUsed).isPresent() && !request.user().mayRead(request.path())) {
            return Result.refused(Reason.FORBIDDEN, "you have no grant to read " + request.path());
        }
        return IoErrors.translate(() -> {
            Optional<Refusal> unreadable = copyBase();
            return unreadable.isPresent() ? Result.refused(unreadable.get()) : Result.done(staged.read(offset, target));
        });
    }

    @Override
    public Optional<Refusal> sync() throws IOException {
        requireOpen();
        return IoErrors.translate(() -> {
                    Optional<Refusal> incomplete = copyBase();
                    staged.sync();
                    return incomplete.<Result<StagedFile>>map(Result::refused).orElseGet(() -> Result.done(staged));
                })
                .refusal();
    }

    @Override
    public Result<List<ValidatorId>> validate() throws IOException {
        requireOpen();
        return IoErrors.translate(() -> {
            Result<ValidatedUpload> result = validateStaged();
            validated = result.isRefused() ? null : result.get();
            return result.then(found -> Result.done(found.validators()));
        });
    }

    private Result<ValidatedUpload> validateStaged() throws IOException {
        if (refusal == null) {
            refusal = copyBase().orElse(null);
        }
        receiver.allReceived();
        Optional<Refusal> incomplete = refusal == null ? refuseBytes() : Optional.of(refusal);
        return incomplete.isPresent() ? Result.refused(incomplete.get()) : committer.validate(request, staged);
    }

    private Optional<Refusal> refuseBytes() throws IOException {
        staged.finish();
        if (request.length().isPresent() && staged.size() != request.length().getAsLong()) {
            return Optional.of(new Refusal(
                    Reason.BAD_REQUEST,
                    "only " + staged.size() + " of " + request.length().getAsLong() + " bytes were received"));
        }
        for (Map.Entry<String, String> digest : request.digests().entrySet()) {
            String hash = staged.hash(digest.getKey());
            if (hash != null && !hash.equals(digest.getValue().toLowerCase(Locale.ROOT))) {
                return Optional.of(new Refusal(
                        Reason.BAD_REQUEST,
                        "the received bytes don't match the " + digest.getKey() + " digest of the request"));
            }
        }
        return Optional.empty();
    }

    @Override
    public Result<Change> commit() throws IOException {
        requireOpen();
        ValidatedUpload earlier = validated;
        WriteRequest conditional = base.isEmpty()
                ? request
                : request.withPrecondition(request.precondition().and(base.get().condition()));
        Result<Change> result = committer.commit(
                conditional, staged, claim, () -> earlier == null ? validateStaged() : Result.done(earlier), began);
        done = !result.isRefused();
        return result;
    }

    private void requireOpen() {
        if (done) {
            throw new IllegalStateException("the draft of " + request.path() + " is already committed");
        }
    }

    @Override
    public void close() {
        receiver.close();
        claim.close();
        try {
            if (base.isPresent()) {
                base.get().close();
            }
            staged.close();
        } catch (IOException e) {
            LOG.warn("event=store.staging.left file={} reason={}", LogText.quoted(staged.path()), LogText.quoted(e));
        }
    }
}
