package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.ResumableUploads.Continuation;
import io.datahub.api.record.WriteRequest;
import io.datahub.store.core.FreeSpaceCheck;
import io.datahub.store.core.IoErrors;
import io.datahub.store.core.StagedFile;
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

/** An append to a resumable upload. Synchronizes on the {@link PartialFile}. */
final class UploadAppend implements Continuation {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final Refusal TAKEN_OVER =
            new Refusal(Reason.CONFLICT, "another request goes on with the upload; ask where it stands");

    /** After these a retry can't succeed. */
    private static final Set<Reason> FINAL = EnumSet.of(
            Reason.INVALID, Reason.FORBIDDEN, Reason.PRECONDITION_FAILED, Reason.TOO_LARGE, Reason.BAD_REQUEST);

    private final PartialFile upload;
    private final WriteRequest request;
    private final StagedFile staged;
    private final Uploads uploads;
    private final PartialFile.Turn listener;
    private final UploadLimiter.Slot slot;
    private final MinThroughput throughput;
    private final long startOffset;
    private final MessageDigest digestBefore;
    private final Map<String, MessageDigest> digests = new HashMap<>();
    private final FreeSpaceCheck.Share share;
    private boolean ended;

    /** Whether all bytes are there, locked against others until this commits or closes; guarded by the upload. */
    private boolean complete;

    UploadAppend(
            PartialFile upload,
            WriteRequest request,
            StagedFile staged,
            Uploads uploads,
            PartialFile.Turn listener,
            UploadLimiter.Slot slot) {

        this.upload = upload;
        this.request = request;
        this.staged = staged;
        this.uploads = uploads;
        this.listener = listener;
        this.slot = slot;
        throughput = uploads.newThroughput();
        share = uploads.share(request);
        startOffset = staged.size();
        try {
            digestBefore = (MessageDigest) staged.hashed().clone();
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
            if (!upload.isCurrent(this)) {
                return Optional.of(TAKEN_OVER);
            }
            long size = staged.size() + bytes.remaining();
            Optional<Refusal> tooLarge = refuseSize(size);
            if (tooLarge.isPresent()) {
                return tooLarge;
            }
            Optional<Refusal> noRoom = share.reserve(staged.size(), bytes.remaining());
            if (noRoom.isPresent()) {
                return noRoom;
            }
            Optional<Refusal> refusal = throughput.received(bytes.remaining(), System.nanoTime());
            if (refusal.isEmpty()) {
                refusal = append(bytes);
            }
            throughput.ready(System.nanoTime());
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

    private Optional<Refusal> append(ByteBuffer bytes) throws IOException {
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
        return IoErrors.translate(this::keepAppended);
    }

    private Result<Long> keepAppended() throws IOException {
        synchronized (upload) {
            if (!upload.isCurrent(this)) {
                return Result.refused(TAKEN_OVER);
            }
            boolean matches = digests.entrySet().stream()
                    .allMatch(each -> HexFormat.of()
                            .formatHex(each.getValue().digest())
                            .equals(request.digests().get(each.getKey()).toLowerCase(Locale.ROOT)));
            if (!matches) {
                discard();
                return Result.refused(
                        Reason.BAD_REQUEST, "the piece that came doesn't have the checksum that was given");
            }
            digests.clear();
            end();
            complete = !upload.isPart() && staged.size() == request.length().orElse(-1);
            if (complete) {
                upload.setCommitting(true);
            }
            return Result.done(staged.size());
        }
    }

    /**
     * Ends the append, from any thread. The received bytes are durable, unless they had a digest that can't be verified
     * now.
     */
    void end() throws IOException {
        if (ended) {
            return;
        }
        if (hasDigest()) {
            discard();
            return;
        }
        ended = true;
        slot.close();
        share.close();
        staged.flush();
        staged.leave();
        upload.appendEnded(staged.size(), staged.hashed());
    }

    private void discard() throws IOException {
        ended = true;
        slot.close();
        share.close();
        staged.leave();
        StagedFile.resume(staged.path(), startOffset, digestBefore).leave();
        upload.appendEnded(startOffset, digestBefore);
    }

    @Override
    public Result<Change> commit() throws IOException {
        if (!complete) {
            throw new IllegalStateException(
                    "the upload of " + request.path() + " isn't whole, or its piece isn't kept");
        }
        try {
            return IoErrors.translate(this::commitComplete);
        } finally {
            complete = false;
            upload.setCommitting(false);
        }
    }

    private Result<Change> commitComplete() throws IOException {
        StagedFile file = StagedFile.resume(staged.path(), staged.size(), staged.hashed());
        WriteRequest recordRequest = new WriteRequest(
                request.user(),
                request.from(),
                request.path(),
                request.precondition(),
                request.length(),
                Map.of(),
                request.standing());
        RecordUpload record = new RecordUpload(recordRequest, uploads, file, upload.claim(), slot, throughput);
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
            listener.done(upload);
        } else if (FINAL.contains(result.refusal().orElseThrow().reason())) {
            upload.setCommitting(false);
            listener.lost(upload);
        }
        return result;
    }

    @Override
    public void close() {
        synchronized (upload) {
            if (complete) {
                complete = false;
                upload.setCommitting(false);
            } else if (upload.isCurrent(this)) {
                try {
                    end();
                } catch (IOException e) {
                    LOG.warn("event=upload-unflushed file={} failure=\"{}\"", staged.path(), e.toString());
                }
            }
        }
    }
}
