package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Change;
import io.datahub.api.record.Upload;
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

/** An upload in one request: receives the bytes, checks that they are the announced ones, and has them committed. */
final class RecordUpload implements Upload {

    private static final Logger LOG = LoggerFactory.getLogger(RecordUpload.class);

    private final WriteRequest request;
    private final StagedFile staged;
    private final Quotas.Claim claim;
    private final UploadReceiver receiver;
    private final UploadAdmission admission;
    private final UploadCommitter committer;
    private final long began = System.nanoTime();
    private Refusal refusal;
    private ValidatedUpload validated;
    private boolean done;

    /**
     * @param claim the quota claim; released on close
     * @param receiver writes to the staged file; closed on close
     */
    RecordUpload(
            WriteRequest request,
            StagedFile staged,
            Quotas.Claim claim,
            UploadReceiver receiver,
            UploadAdmission admission,
            UploadCommitter committer) {
        this.request = request;
        this.staged = staged;
        this.claim = claim;
        this.receiver = receiver;
        this.admission = admission;
        this.committer = committer;
    }

    @Override
    public Optional<Refusal> write(ByteBuffer bytes) throws IOException {
        requireOpen();
        if (refusal == null) {
            refusal = refuseSize(staged.size() + bytes.remaining()).orElse(null);
        }
        if (refusal == null) {
            refusal = receiver.write(bytes).orElse(null);
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
        receiver.allReceived();
        if (refusal == null) {
            refusal = refuseBytes().orElse(null);
        }
        return refusal == null ? committer.validate(request, staged) : Result.refused(refusal);
    }

    private Optional<Refusal> refuseBytes() {
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
        Result<Change> result = committer.commit(
                request, staged, claim, () -> earlier == null ? validateStaged() : Result.done(earlier), began);
        done = !result.isRefused();
        return result;
    }

    private void requireOpen() {
        if (done) {
            throw new IllegalStateException("the upload of " + request.path() + " is already committed");
        }
    }

    @Override
    public void close() {
        receiver.close();
        claim.close();
        try {
            staged.close();
        } catch (IOException e) {
            LOG.warn("event=store.staging.left file={} reason={}", LogText.quoted(staged.path()), LogText.quoted(e));
        }
    }
}
