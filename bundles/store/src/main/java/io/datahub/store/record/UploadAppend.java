package io.datahub.store.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.ResumableUploads.Continuation;
import io.datahub.api.record.WriteRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A piece of a resumable upload on its way in. Its monitor is that of the upload. */
final class UploadAppend implements Continuation {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final Refusal TAKEN_OVER =
            new Refusal(Reason.CONFLICT, "another request goes on with the upload; ask where it stands");

    /** With these another try is of no use. */
    private static final Set<Reason> FINAL = EnumSet.of(
            Reason.INVALID, Reason.FORBIDDEN, Reason.PRECONDITION_FAILED, Reason.TOO_LARGE, Reason.BAD_REQUEST);

    private final PartialFile upload;
    private final WriteRequest request;
    private final StagedFile staged;
    private final Uploads uploads;
    private final PartialFile.Turn turn;
    private final UploadLimiter.Slot slot;
    private final MinThroughput pace;
    private final long begin;
    private final MessageDigest before;
    private final Map<String, MessageDigest> digests = new HashMap<>();
    private final FreeSpaceCheck.Share share;
    private boolean ended;

    /** Whether all bytes are there and nobody else can touch them until this commits or closes; guarded by the upload. */
    private boolean whole;

    UploadAppend(
            PartialFile upload,
            WriteRequest request,
            StagedFile staged,
            Uploads uploads,
            PartialFile.Turn turn,
            UploadLimiter.Slot slot) {

        this.upload = upload;
        this.request = request;
        this.staged = staged;
        this.uploads = uploads;
        this.turn = turn;
        this.slot = slot;
        pace = uploads.pace();
        share = uploads.share(request);
        begin = staged.size();
        try {
            before = (MessageDigest) staged.hashed().clone();
            for (String algorithm : request.digests().keySet()) {
                digests.put(algorithm, MessageDigest.getInstance(algorithm));
            }
        } catch (NoSuchAlgorithmException | CloneNotSupportedException e) {
            throw new IllegalArgumentException("a digest that this platform doesn't have", e);
        }
    }

    boolean hasDigest() {
        return !digests.isEmpty();
    }

    @Override
    public Optional<Refusal> write(ByteBuffer bytes) throws IOException {
        synchronized (upload) {
            if (!upload.isTurnOf(this)) {
                return Optional.of(TAKEN_OVER);
            }
            long size = staged.size() + bytes.remaining();
            Optional<Refusal> tooMany = refuseSize(size);
            if (tooMany.isPresent()) {
                return tooMany;
            }
            Optional<Refusal> noRoom = share.want(staged.size(), bytes.remaining());
            if (noRoom.isPresent()) {
                return noRoom;
            }
            Optional<Refusal> refusal = pace.came(bytes.remaining(), System.nanoTime());
            if (refusal.isEmpty()) {
                refusal = take(bytes);
            }
            pace.ready(System.nanoTime());
            return refusal;
        }
    }

    private Optional<Refusal> refuseSize(long size) throws IOException {
        if (request.length().isPresent()) {
            return size <= request.length().getAsLong()
                    ? Optional.empty()
                    : Optional.of(new Refusal(Reason.TOO_LARGE, "more bytes came than the upload's length"));
        }
        Optional<Refusal> tooLarge = uploads.refuseSize(size);
        return tooLarge.isPresent() ? tooLarge : upload.claim().raise(size);
    }

    private Optional<Refusal> take(ByteBuffer bytes) throws IOException {
        digests.values().forEach(digest -> digest.update(bytes.duplicate()));
        try {
            staged.write(bytes);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(IoErrors.refusal(e));
        }
    }

    @Override
    public Result<Long> keep() throws IOException {
        return IoErrors.told(this::keepPiece);
    }

    private Result<Long> keepPiece() throws IOException {
        synchronized (upload) {
            if (!upload.isTurnOf(this)) {
                return Result.refused(TAKEN_OVER);
            }
            boolean fits = digests.entrySet().stream()
                    .allMatch(each -> HexFormat.of()
                            .formatHex(each.getValue().digest())
                            .equals(request.digests().get(each.getKey()).toLowerCase(Locale.ROOT)));
            if (!fits) {
                forget();
                return Result.refused(
                        Reason.BAD_REQUEST, "the piece that came doesn't have the checksum that was given");
            }
            digests.clear();
            end();
            whole = !upload.isPart() && staged.size() == request.length().orElse(-1);
            if (whole) {
                upload.setCommitting(true);
            }
            return Result.done(staged.size());
        }
    }

    /** Ends the piece, from whatever thread; what came lasts, unless it was to be checked and can't be. */
    void end() throws IOException {
        if (ended) {
            return;
        }
        if (hasDigest()) {
            forget();
            return;
        }
        ended = true;
        slot.close();
        share.close();
        staged.flush();
        staged.leave();
        upload.settle(staged.size(), staged.hashed());
    }

    private void forget() throws IOException {
        ended = true;
        slot.close();
        share.close();
        staged.leave();
        StagedFile.resume(staged.path(), begin, before).leave();
        upload.settle(begin, before);
    }

    @Override
    public Result<Change> commit() throws IOException {
        if (!whole) {
            throw new IllegalStateException(
                    "the upload of " + request.path() + " isn't whole, or its piece isn't kept");
        }
        try {
            return IoErrors.told(this::commitWhole);
        } finally {
            whole = false;
            upload.setCommitting(false);
        }
    }

    private Result<Change> commitWhole() throws IOException {
        StagedFile file = StagedFile.resume(staged.path(), staged.size(), staged.hashed());
        WriteRequest wish = new WriteRequest(
                request.user(),
                request.from(),
                request.path(),
                request.precondition(),
                request.length(),
                Map.of(),
                request.standing());
        RecordUpload record = new RecordUpload(wish, uploads, file, upload.claim(), slot, pace);
        Result<Change> result;
        try {
            result = record.commit();
        } finally {
            if (!file.hasMoved()) {
                file.leave();
            }
        }
        if (!result.isRefused()) {
            upload.done(result.get());
            turn.done(upload);
        } else if (FINAL.contains(result.refusal().orElseThrow().reason())) {
            upload.setCommitting(false);
            turn.lost(upload);
        }
        return result;
    }

    @Override
    public void close() {
        synchronized (upload) {
            if (whole) {
                whole = false;
                upload.setCommitting(false);
            } else if (upload.isTurnOf(this)) {
                try {
                    end();
                } catch (IOException e) {
                    LOG.warn("event=upload-unflushed file={} failure=\"{}\"", staged.path(), e.toString());
                }
            }
        }
    }
}
