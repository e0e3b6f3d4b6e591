package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Change;
import io.datahub.api.record.ResumableUploads.Continuation;
import io.datahub.api.record.WriteRequest;
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
final class UploadAppend implements Continuation, PartialFile.Append {

    private static final Logger LOG = LoggerFactory.getLogger(UploadAppend.class);
    private static final Refusal TAKEN_OVER =
            new Refusal(Reason.CONFLICT, "another request has taken over the upload; query its offset");

    /** After these a retry can't succeed. */
    private static final Set<Reason> FINAL = EnumSet.of(
            Reason.INVALID, Reason.FORBIDDEN, Reason.PRECONDITION_FAILED, Reason.TOO_LARGE, Reason.BAD_REQUEST);

    private final PartialFile upload;
    private final WriteRequest request;
    private final StagedFile staged;
    private final UploadReceiver receiver;
    private final UploadAdmission admission;
    private final UploadCommitter committer;
    private final PartialUploads uploads;
    private final StagedFile.Mark before;
    private final Map<String, MessageDigest> digests = new HashMap<>();
    private boolean ended;

    /** Whether all bytes are there, locked against others until this commits or closes; guarded by the upload. */
    private boolean complete;

    UploadAppend(
            PartialFile upload,
            WriteRequest request,
            StagedFile staged,
            UploadReceiver receiver,
            UploadAdmission admission,
            UploadCommitter committer,
            PartialUploads uploads) {
        this.upload = upload;
        this.request = request;
        this.staged = staged;
        this.receiver = receiver;
        this.admission = admission;
        this.committer = committer;
        this.uploads = uploads;
        before = staged.mark();
        try {
            for (String algorithm : request.digests().keySet()) {
                digests.put(algorithm, MessageDigest.getInstance(algorithm));
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalArgumentException("the platform doesn't support an algorithm of the digests", e);
        }
    }

    @Override
    public Optional<Refusal> write(ByteBuffer bytes) throws IOException {
        synchronized (upload) {
            if (!upload.isCurrent(this)) {
                return Optional.of(TAKEN_OVER);
            }
            Optional<Refusal> refusal = refuseSize(staged.size() + bytes.remaining());
            if (refusal.isEmpty()) {
                ByteBuffer hashed = bytes.duplicate();
                refusal = receiver.write(staged.size(), bytes);
                if (refusal.isEmpty()) {
                    digests.values().forEach(digest -> digest.update(hashed.duplicate()));
                }
            }
            return refusal;
        }
    }

    private Optional<Refusal> refuseSize(long size) throws IOException {
        if (request.length().isPresent()) {
            return size <= request.length().getAsLong()
                    ? Optional.empty()
                    : Optional.of(new Refusal(Reason.TOO_LARGE, "the body exceeds the upload's length"));
        }
        Optional<Refusal> tooLarge = admission.refuseSize(size);
        return tooLarge.isPresent() ? tooLarge : upload.claim().raise(size);
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
                return Result.refused(Reason.BAD_REQUEST, "the chunk doesn't match its checksum; send it again");
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
    @Override
    public void end() throws IOException {
        if (ended) {
            return;
        }
        if (!digests.isEmpty()) {
            discard();
            return;
        }
        ended = true;
        receiver.close();
        staged.flush();
        staged.leave();
        upload.appendEnded(staged.mark());
    }

    private void discard() throws IOException {
        ended = true;
        receiver.close();
        staged.returnTo(before);
        staged.leave();
        upload.appendEnded(before);
    }

    @Override
    public Result<Change> commit() throws IOException {
        if (!complete) {
            throw new IllegalStateException(
                    "the upload of " + request.path() + " is incomplete, or its last chunk isn't kept");
        }
        try {
            return IoErrors.translate(this::commitComplete);
        } finally {
            complete = false;
            upload.setCommitting(false);
        }
    }

    private Result<Change> commitComplete() throws IOException {
        long began = System.nanoTime();
        StagedFile file = StagedFile.resume(staged.path(), staged.mark());
        Result<Change> result;
        try {
            file.finish();
            result = committer.commit(request, file, upload.claim(), () -> committer.validate(request, file), began);
        } finally {
            if (!file.hasMoved()) {
                file.leave();
            }
        }
        if (!result.isRefused()) {
            upload.done(result.get());
            uploads.completed(upload);
        } else if (FINAL.contains(result.refusal().orElseThrow().reason())) {
            upload.setCommitting(false);
            uploads.delete(upload);
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
                    LOG.warn(
                            "event=store.upload.flush-failed file={} reason={}",
                            LogText.quoted(staged.path()),
                            LogText.quoted(e));
                }
            }
        }
    }
}
