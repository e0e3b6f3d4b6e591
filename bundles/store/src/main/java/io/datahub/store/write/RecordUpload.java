package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.Upload;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.validation.ValidatorId;
import io.datahub.store.core.Audit;
import io.datahub.store.core.CandidateFile;
import io.datahub.store.core.FailPoints.Step;
import io.datahub.store.core.FreeSpaceCheck;
import io.datahub.store.core.IoErrors;
import io.datahub.store.core.PathState;
import io.datahub.store.core.Quotas;
import io.datahub.store.core.StagedFile;
import io.datahub.store.core.UsersFile;
import io.datahub.store.metadata.LastGoodCopy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An upload: receives bytes to a staged file, validates and commits it. */
final class RecordUpload implements Upload {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final int TRIES = 3;

    /** Larger files are flushed before the commit, since the commit blocks others that need the path's lock. */
    private static final int FLUSH_IN_COMMIT_BYTES = 1 << 20;

    private final WriteRequest request;
    private final Uploads uploads;
    private final StagedFile staged;
    private final Quotas.Claim claim;
    private final UploadLimiter.Slot slot;
    private final MinThroughput throughput;
    private final long began = System.nanoTime();
    private final FreeSpaceCheck.Share share;
    private Refusal refusal;
    private List<ValidatorId> validators;
    private Optional<PathState> comparedWith = Optional.empty();
    private boolean done;

    /**
     * @param claim the quota claim; released on close
     * @param slot the slot in the upload limiter; released when all bytes have been received
     */
    RecordUpload(
            WriteRequest request,
            Uploads uploads,
            StagedFile staged,
            Quotas.Claim claim,
            UploadLimiter.Slot slot,
            MinThroughput throughput) {
        this.request = request;
        this.uploads = uploads;
        this.staged = staged;
        this.claim = claim;
        this.slot = slot;
        this.throughput = throughput;
        share = uploads.share(request);
    }

    @Override
    public Optional<Refusal> write(ByteBuffer bytes) throws IOException {
        requireOpen();
        if (refusal == null) {
            refusal = throughput.received(bytes.remaining(), System.nanoTime()).orElse(null);
        }
        if (refusal == null) {
            refusal = append(bytes).orElse(null);
        }
        throughput.ready(System.nanoTime());
        return Optional.ofNullable(refusal);
    }

    private Optional<Refusal> append(ByteBuffer bytes) throws IOException {
        long size = staged.size() + bytes.remaining();
        Optional<Refusal> tooLarge = uploads.refuseSize(size);
        if (tooLarge.isPresent()) {
            return tooLarge;
        }
        if (request.length().isPresent() && size > request.length().getAsLong()) {
            return Optional.of(new Refusal(Reason.BAD_REQUEST, "more bytes came than the length announced"));
        }
        if (request.length().isEmpty()) {
            Optional<Refusal> over = claim.grow(size);
            if (over.isPresent()) {
                return over;
            }
        }
        Optional<Refusal> noRoom = share.reserve(staged.size(), bytes.remaining());
        if (noRoom.isPresent()) {
            return noRoom;
        }
        try {
            staged.write(bytes);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(IoErrors.refusal(e));
        }
    }

    @Override
    public Result<List<ValidatorId>> validate() throws IOException {
        return IoErrors.translate(this::validateStaged);
    }

    private Result<List<ValidatorId>> validateStaged() throws IOException {
        requireOpen();
        slot.close();
        if (refusal == null) {
            refusal = refuseBytes().orElse(null);
        }
        if (refusal != null) {
            return Result.refused(refusal);
        }
        PathState state = uploads.lookUp(request.path());
        CandidateFile candidate = uploads.candidate(request, staged);
        Result<List<ValidatorId>> validated = uploads.validate(candidate);
        comparedWith = candidate.wasPreviousOpened() ? Optional.of(state) : Optional.empty();
        validators = validated.isRefused() ? null : validated.get();
        validated.refusal().ifPresent(found -> Audit.refused("judge", request, found));
        return validated;
    }

    private Optional<Refusal> refuseBytes() {
        staged.finish();
        if (request.length().isPresent() && staged.size() != request.length().getAsLong()) {
            return Optional.of(new Refusal(
                    Reason.BAD_REQUEST,
                    "only " + staged.size() + " of " + request.length().getAsLong() + " bytes came"));
        }
        for (Map.Entry<String, String> digest : request.digests().entrySet()) {
            String hash = staged.hash(digest.getKey());
            if (hash != null && !hash.equals(digest.getValue().toLowerCase(Locale.ROOT))) {
                return Optional.of(new Refusal(
                        Reason.BAD_REQUEST,
                        "the bytes that came don't have the " + digest.getKey() + " that was given"));
            }
        }
        return Optional.empty();
    }

    @Override
    public Result<Change> commit() throws IOException {
        Result<Change> result = null;
        try {
            result = IoErrors.translate(this::commitStaged);
            return result;
        } finally {
            uploads.counts().ended(result, staged.size(), began);
        }
    }

    private Result<Change> commitStaged() throws IOException {
        uploads.failPoints().at(Step.STAGED);
        for (int i = 0; ; i++) {
            if (validators == null) {
                Result<List<ValidatorId>> validated = validate();
                if (validated.isRefused()) {
                    return Result.refused(validated.refusal().orElseThrow());
                }
            }
            uploads.failPoints().at(Step.VALIDATED);
            Result<Change> result = commitValidated();
            boolean replaced = result.refusal()
                    .filter(Commit.REPLACED_DURING_VALIDATION::equals)
                    .isPresent();
            if (!replaced || i == TRIES) {
                result.refusal().ifPresent(found -> Audit.refused("write", request, found));
                done = !result.isRefused();
                return result;
            }
            validators = null;
        }
    }

    private Result<Change> commitValidated() throws IOException {
        Optional<LastGoodCopy> copy = Optional.empty();
        boolean stored = false;
        try {
            if (staged.size() > FLUSH_IN_COMMIT_BYTES) {
                staged.flush();
            }
            UsersFile.restrict(request.path(), staged.path());
            copy = validators.isEmpty() ? Optional.empty() : uploads.keepLastGood(request.path(), staged);
            uploads.failPoints().at(Step.COPIED);
            Result<Change> result = uploads.commit(request, staged, validators, comparedWith, copy, claim);
            stored = !result.isRefused();
            if (stored) {
                Audit.done(request, result.get());
            }
            return result;
        } finally {
            // After the rename its copy belongs to the intent.
            if (!stored && !staged.hasMoved()) {
                uploads.discardLastGood(copy);
            }
        }
    }

    private void requireOpen() {
        if (done) {
            throw new IllegalStateException("the upload of " + request.path() + " is committed already");
        }
    }

    @Override
    public void close() {
        slot.close();
        claim.close();
        share.close();
        try {
            staged.close();
        } catch (IOException e) {
            LOG.warn("event=staging-left file={} failure=\"{}\"", staged.path(), e.toString());
        }
    }
}
