package io.datahub.store.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.Upload;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.validation.JudgedBy;
import io.datahub.store.metadata.LastGoodCopy;
import io.datahub.store.record.FailPoints.Step;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Bytes that a client sends, on their way through staging and judgement to their commit. */
final class RecordUpload implements Upload {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final int TRIES = 3;

    /** What is larger is flushed before the commit, which holds up others who want the path. */
    private static final int FLUSHED_LATE_BYTES = 1 << 20;

    private final WriteRequest request;
    private final Uploads uploads;
    private final StagedFile staged;
    private final Quotas.Claim claim;
    private final UploadLimiter.Slot slot;
    private final MinThroughput pace;
    private final long began = System.nanoTime();
    private final FreeSpaceCheck.Share share;
    private Refusal refusal;
    private List<JudgedBy> validators;
    private Optional<PathState> compared = Optional.empty();
    private boolean done;

    /**
     * @param claim to the room that it takes; given back in the end
     * @param slot its place among those that come in; given back when all came
     */
    RecordUpload(
            WriteRequest request,
            Uploads uploads,
            StagedFile staged,
            Quotas.Claim claim,
            UploadLimiter.Slot slot,
            MinThroughput pace) {
        this.request = request;
        this.uploads = uploads;
        this.staged = staged;
        this.claim = claim;
        this.slot = slot;
        this.pace = pace;
        share = uploads.share(request);
    }

    @Override
    public Optional<Refusal> write(ByteBuffer bytes) throws IOException {
        requireOpen();
        if (refusal == null) {
            refusal = pace.came(bytes.remaining(), System.nanoTime()).orElse(null);
        }
        if (refusal == null) {
            refusal = take(bytes).orElse(null);
        }
        pace.ready(System.nanoTime());
        return Optional.ofNullable(refusal);
    }

    private Optional<Refusal> take(ByteBuffer bytes) throws IOException {
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
        Optional<Refusal> noRoom = share.want(staged.size(), bytes.remaining());
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
    public Result<List<JudgedBy>> judge() throws IOException {
        return IoErrors.told(this::judgeStaged);
    }

    private Result<List<JudgedBy>> judgeStaged() throws IOException {
        requireOpen();
        slot.close();
        if (refusal == null) {
            refusal = refuseBytes().orElse(null);
        }
        if (refusal != null) {
            return Result.refused(refusal);
        }
        PathState sight = uploads.look(request.path());
        CandidateFile candidate = uploads.candidate(request, staged);
        Result<List<JudgedBy>> judged = uploads.judge(candidate);
        compared = candidate.wasCompared() ? Optional.of(sight) : Optional.empty();
        validators = judged.isRefused() ? null : judged.get();
        judged.refusal().ifPresent(found -> Audit.refused("judge", request, found));
        return judged;
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
            result = IoErrors.told(this::commitStaged);
            return result;
        } finally {
            uploads.counts().ended(result, staged.size(), began);
        }
    }

    private Result<Change> commitStaged() throws IOException {
        uploads.steps().at(Step.STAGED);
        for (int i = 0; ; i++) {
            if (validators == null) {
                Result<List<JudgedBy>> judged = judge();
                if (judged.isRefused()) {
                    return Result.refused(judged.refusal().orElseThrow());
                }
            }
            uploads.steps().at(Step.JUDGED);
            Result<Change> result = commitJudged();
            boolean overtaken =
                    result.refusal().filter(Commit.OVERTAKEN::equals).isPresent();
            if (!overtaken || i == TRIES) {
                result.refusal().ifPresent(found -> Audit.refused("write", request, found));
                done = !result.isRefused();
                return result;
            }
            validators = null;
        }
    }

    private Result<Change> commitJudged() throws IOException {
        Optional<LastGoodCopy> good = Optional.empty();
        boolean stored = false;
        try {
            if (staged.size() > FLUSHED_LATE_BYTES) {
                staged.flush();
            }
            UsersFile.restrict(request.path(), staged.path());
            good = validators.isEmpty() ? Optional.empty() : uploads.keepGood(request.path(), staged);
            uploads.steps().at(Step.COPIED);
            Result<Change> result = uploads.commit(request, staged, validators, compared, good, claim);
            stored = !result.isRefused();
            if (stored) {
                Audit.done(request, result.get());
            }
            return result;
        } finally {
            // Once the file has moved, its copy belongs to the intent.
            if (!stored && !staged.hasMoved()) {
                uploads.discardGood(good);
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
