package io.datahub.records.draft;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.file.FileFlush;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import io.datahub.records.quota.Quotas;
import io.datahub.records.staging.Disk;
import io.datahub.records.staging.IoErrors;
import io.datahub.records.staging.StagedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A draft in the staging folder: receives the bytes, checks that they are the announced ones, has them committed. */
public final class RecordDraft implements Draft {

    private static final Logger LOG = LoggerFactory.getLogger(RecordDraft.class);

    private WriteRequest request;
    private final StagedFile staged;
    private final DraftBytes bytes;
    private final Quotas.Claim claim;
    private final DraftAdmission admission;
    private final Committer committer;
    private final Ending ending;
    private final long began = System.nanoTime();
    private Refusal refusal;
    private ValidatedDraft validated;
    private boolean done;
    private boolean closed;

    /**
     * @param base the version that it began from; closed on close
     * @param claim the quota claim; released on close
     * @param receiver writes to the staged file; closed on close
     * @param ending is told how the draft ends
     */
    public RecordDraft(
            WriteRequest request,
            StagedFile staged,
            Optional<BaseVersion> base,
            Quotas.Claim claim,
            DraftReceiver receiver,
            DraftAdmission admission,
            Committer committer,
            Ending ending) {
        this.request = request;
        this.staged = staged;
        this.claim = claim;
        bytes = new DraftBytes(staged, base, receiver, this::refuseSize);
        this.admission = admission;
        this.committer = committer;
        this.ending = ending;
    }

    /** Is told how a draft ends. */
    public interface Ending {

        /** Nobody needs to know. */
        Ending NONE = new Ending() {};

        /** The draft has become the record. */
        default void committed(Change change) {}

        /** The draft is closed. */
        default void closed() {}
    }

    @Override
    public long size() {
        return bytes.size();
    }

    @Override
    public Optional<String> baseEtag() {
        return bytes.baseEtag();
    }

    @Override
    public Optional<Refusal> write(long offset, ByteBuffer more) throws IOException {
        requireOpen();
        requireNotNegative(offset);
        if (refusal == null) {
            validated = null;
            refusal = bytes.write(offset, more).orElse(null);
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
    public Optional<Refusal> truncate(long size) throws IOException {
        requireOpen();
        requireNotNegative(size);
        if (refusal == null) {
            validated = null;
            refusal = bytes.truncate(size).orElse(null);
        }
        return Optional.ofNullable(refusal);
    }

    @Override
    public Result<Integer> read(long offset, ByteBuffer target) throws IOException {
        requireOpen();
        if (bytes.useBase() && !request.user().mayRead(request.path())) {
            return Result.refused(Reason.FORBIDDEN, "you have no grant to read " + request.path());
        }
        return completed(() -> staged.read(offset, target));
    }

    @Override
    public Optional<Refusal> sync() throws IOException {
        requireOpen();
        return completed(() -> {
                    staged.sync();
                    return staged;
                })
                .refusal();
    }

    @Override
    public void setClientModified(Optional<Instant> time) {
        request = request.withClientModified(time);
    }

    /** What needs the whole staged file. */
    private interface Use<T> {
        T apply() throws IOException;
    }

    private <T> Result<T> completed(Use<T> use) throws IOException {
        return IoErrors.translate(() -> {
            Optional<Refusal> incomplete = bytes.complete();
            return incomplete.isPresent() ? Result.refused(incomplete.get()) : Result.done(use.apply());
        });
    }

    @Override
    public Result<List<ValidatorId>> validate() throws IOException {
        requireOpen();
        return IoErrors.translate(() -> {
            Result<ValidatedDraft> result = validateStaged();
            validated = result.isRefused() ? null : result.get();
            return result.then(found -> Result.done(found.validators()));
        });
    }

    private Result<ValidatedDraft> validateStaged() throws IOException {
        if (refusal == null) {
            refusal = bytes.complete().orElse(null);
        }
        bytes.allReceived();
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
        ValidatedDraft earlier = validated;
        WriteRequest conditional = bytes.useBase()
                ? request.withPrecondition(request.precondition().and(bytes.condition()))
                : request;
        Result<Change> result = committer.commit(
                conditional, staged, claim, () -> earlier == null ? validateStaged() : Result.done(earlier), began);
        done = !result.isRefused();
        if (done) {
            ending.committed(result.get());
        }
        return result;
    }

    @Override
    public Result<Change> reject(Refusal found) throws IOException {
        requireOpen();
        Result<Change> result = completed(() -> committer.reject(request, staged, found));
        done = !result.isRefused();
        return result;
    }

    private void requireOpen() {
        if (done) {
            throw new IllegalStateException("the draft of " + request.path() + " is already committed");
        }
    }

    private static void requireNotNegative(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("an offset or size can't be negative: " + position);
        }
    }

    public User user() {
        return request.user();
    }

    /** The entity tag of the version whose bytes it may contain; empty if there is none. */
    public String usedEtag() {
        return bytes.useBase() ? bytes.baseEtag().orElse("") : "";
    }

    /**
     * Moves the bytes, which are durable then, to another file. The draft is closed once it was registered there, but
     * its quota claim stays open.
     *
     * @param registration called with the state of the file
     */
    public <T> Result<T> moveTo(Path file, Registration<T> registration) throws IOException {
        Optional<Refusal> incomplete = sync();
        if (incomplete.isPresent()) {
            return Result.refused(incomplete.get());
        }
        T registered = null;
        Disk.replace(staged.path(), file);
        try {
            FileFlush.directory(file.getParent());
            registered = registration.register(request, staged.mark(), claim);
        } finally {
            if (registered == null) {
                Disk.replace(file, staged.path());
            }
        }
        done = true;
        closed = true;
        staged.leave();
        release();
        ending.closed();
        return Result.done(registered);
    }

    /** Registers a file under its new name. */
    public interface Registration<T> {
        T register(WriteRequest request, StagedFile.Mark state, Quotas.Claim claim) throws IOException;
    }

    /** Releases everything but the staged file and the quota claim. */
    public void release() {
        quietly(bytes::release);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        release();
        claim.close();
        quietly(staged::close);
        ending.closed();
    }

    /** What ends the draft. */
    private interface Work {
        void run() throws IOException;
    }

    private void quietly(Work work) {
        try {
            work.run();
        } catch (IOException e) {
            LOG.warn("event=store.staging.left file={} reason={}", LogText.quoted(staged.path()), LogText.quoted(e));
        }
    }
}
