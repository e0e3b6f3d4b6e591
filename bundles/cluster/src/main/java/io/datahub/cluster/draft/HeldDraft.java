package io.datahub.cluster.draft;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerDraft;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDrafts.Remaining;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.validation.ValidatorId;
import io.datahub.cluster.engine.EngineErrors;
import io.datahub.records.draft.DraftReceiver;
import io.datahub.records.draft.RecordDraft;
import io.datahub.records.draft.UploadLimiter;
import io.datahub.records.quota.Quotas;
import io.datahub.records.staging.StagedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lasting draft for its holder at this hub. What is appended collects in a local file, the tail, and becomes a part in
 * the blob store when the holder syncs or ends, or when it is long; so going on needs none of the earlier bytes. Whatever
 * else is done to the draft, its commit above all, needs all of them: they are copied into one local file then.
 * Thread-safe; another request at this hub can take the draft over at any time, one at another hub is noticed when the
 * ledger is told of new bytes.
 */
final class HeldDraft implements Draft, DraftHolding.Holder {

    private static final Logger LOG = LoggerFactory.getLogger(HeldDraft.class);
    private static final Refusal TAKEN_OVER =
            new Refusal(Reason.CONFLICT, "another request has taken over the upload; query its offset");
    private static final Refusal WITHOUT_PATH =
            new Refusal(Reason.BAD_REQUEST, "the upload has no path yet; resume it for one");

    /** A longer tail becomes a part at once, so that a hub that is killed loses no more than this, in bytes. */
    private static final long MAX_TAIL_BYTES = 64L << 20;

    private final DraftHolding holding;
    private final Quotas.Claim claim;
    private final UploadLimiter.Slot slot;
    private final boolean isReadable;
    private final boolean keepsOnlySynced;
    private final Optional<String> baseEtag;

    // All guarded by this, but for a commit.
    private WriteRequest request;
    private LedgerDraft state;
    private StagedFile tail;
    private DraftReceiver receiver;

    /** All bytes, once they are needed; null before. */
    private RecordDraft whole;

    private StagedFile wholeFile;

    /** Whether bytes that are in parts have changed. */
    private boolean isRewritten;

    private Refusal refusal;
    private boolean ended;
    private boolean committing;

    /**
     * @param claim the quota claim; closed with the draft
     * @param slot of the concurrent uploads; closed with the draft
     * @param isReadable whether the user may read the version that the draft began from
     */
    HeldDraft(
            DraftHolding holding,
            WriteRequest request,
            LedgerDraft state,
            Quotas.Claim claim,
            UploadLimiter.Slot slot,
            boolean isReadable,
            Remaining remaining)
            throws IOException {
        this.holding = holding;
        this.request = request;
        this.state = state;
        this.claim = claim;
        this.slot = slot;
        this.isReadable = isReadable;
        keepsOnlySynced = remaining == Remaining.SYNCED;
        baseEtag = Optional.of(state.etag()).filter(tag -> !tag.isEmpty());
        openTail();
    }

    private void openTail() throws IOException {
        tail = holding.parts().newFile(List.of());
        receiver = holding.admission()
                .receive(request, tail, slot, request.length().isPresent());
    }

    @Override
    public synchronized long size() {
        return whole == null ? state.size() + tail.size() : whole.size();
    }

    @Override
    public Optional<String> baseEtag() {
        return baseEtag;
    }

    private synchronized <T> Result<T> attempt(EngineErrors.Work<T> call) throws IOException {
        if (ended || committing) {
            return Result.refused(TAKEN_OVER);
        }
        return refusal == null ? EngineErrors.translate(call) : Result.refused(refusal);
    }

    /** A change of the bytes; a refusal makes the draft incomplete. */
    private synchronized Optional<Refusal> change(EngineErrors.Work<Boolean> call) throws IOException {
        Optional<Refusal> refused = attempt(call).refusal();
        if (refused.isPresent() && !ended && !committing) {
            refusal = refused.get();
        }
        return refused;
    }

    private static Result<Boolean> result(Optional<Refusal> refused) {
        return refused.<Result<Boolean>>map(Result::refused).orElseGet(() -> Result.done(true));
    }

    @Override
    public Optional<Refusal> write(long offset, ByteBuffer bytes) throws IOException {
        if (offset < 0) {
            throw new IllegalArgumentException("an offset can't be negative: " + offset);
        }
        return change(() -> {
            if (whole == null && offset >= state.size()) {
                Optional<Refusal> refused = refuseSize(Math.max(size(), offset + bytes.remaining()));
                if (refused.isEmpty()) {
                    refused = receiver.write(offset - state.size(), bytes);
                }
                if (refused.isEmpty() && !keepsOnlySynced && tail.size() >= MAX_TAIL_BYTES) {
                    refused = store();
                }
                return result(refused);
            }
            isRewritten |= offset < state.size();
            Optional<Refusal> refused = complete();
            return result(refused.isPresent() ? refused : whole.write(offset, bytes));
        });
    }

    private Optional<Refusal> refuseSize(long size) throws IOException {
        if (request.length().isPresent() && size > request.length().getAsLong()) {
            return Optional.of(new Refusal(Reason.BAD_REQUEST, "the body is longer than the announced length"));
        }
        Optional<Refusal> tooLarge = holding.admission().refuseSize(size);
        return tooLarge.isPresent() || request.length().isPresent() ? tooLarge : claim.grow(size);
    }

    @Override
    public Optional<Refusal> truncate(long size) throws IOException {
        if (size < 0) {
            throw new IllegalArgumentException("a size can't be negative: " + size);
        }
        return change(() -> {
            if (whole == null && size >= state.size()) {
                Optional<Refusal> refused = refuseSize(size);
                return result(refused.isPresent() ? refused : receiver.truncate(size - state.size()));
            }
            isRewritten |= size < state.size();
            Optional<Refusal> refused = complete();
            return result(refused.isPresent() ? refused : whole.truncate(size));
        });
    }

    /** Copies all bytes into one local file. */
    private Optional<Refusal> complete() throws IOException {
        if (whole != null) {
            return Optional.empty();
        }
        StagedFile file = holding.parts().newFile(request.digests().keySet());
        DraftReceiver target = holding.admission().receive(request, file, slot, false);
        boolean copied = false;
        try {
            Optional<Refusal> refused = holding.parts().copy(state.parts(), bytes -> target.write(file.size(), bytes));
            if (refused.isEmpty()) {
                refused = DraftParts.copy(tail, bytes -> target.write(file.size(), bytes));
            }
            copied = refused.isEmpty();
            if (!copied) {
                return refused;
            }
        } finally {
            if (!copied) {
                target.close();
                file.close();
            }
        }
        whole = new RecordDraft(
                request,
                file,
                Optional.empty(),
                claim,
                target,
                holding.admission(),
                new EndingCommitter(holding.committer(), state.name(), this::prepareEnd),
                RecordDraft.Ending.NONE);
        wholeFile = file;
        tail.close();
        return Optional.empty();
    }

    /** Has the ledger remember the size of the record. */
    private long prepareEnd(long size) throws IOException {
        Optional<LedgerDraft> updated = holding.update(DraftStates.withLength(state, OptionalLong.of(size)));
        updated.ifPresent(now -> state = now);
        return state.generation(); // if it was taken over, the ledger refuses the commit
    }

    @Override
    public Result<Integer> read(long offset, ByteBuffer target) throws IOException {
        return attempt(() -> {
            if (!isReadable) {
                return Result.refused(Reason.FORBIDDEN, "you have no grant to read the version that this began from");
            }
            Optional<Refusal> refused = complete();
            return refused.isPresent() ? Result.refused(refused.get()) : whole.read(offset, target);
        });
    }

    @Override
    public Optional<Refusal> sync() throws IOException {
        return attempt(() -> result(store())).refusal();
    }

    /** Makes parts of all bytes that are in none yet. */
    private Optional<Refusal> store() throws IOException {
        StagedFile file = whole == null ? tail : wholeFile;
        long from = whole == null || isRewritten ? 0 : state.size();
        if (file.size() <= from && !isRewritten) {
            return Optional.empty();
        }
        LedgerDraft.Part part = holding.parts().store(file, from);
        Optional<LedgerDraft> updated = holding.update(
                isRewritten ? DraftStates.withParts(state, List.of(part)) : DraftStates.withPart(state, part));
        if (updated.isEmpty()) {
            holding.parts().stored().discard(part.blob());
            return Optional.of(TAKEN_OVER);
        }
        state = updated.get();
        isRewritten = false;
        if (whole == null) {
            tail.truncate(0);
        }
        return Optional.empty();
    }

    @Override
    public synchronized void setClientModified(Optional<Instant> time) {
        request = request.withClientModified(time);
        if (whole != null) {
            whole.setClientModified(time);
        }
    }

    @Override
    public Result<List<ValidatorId>> validate() throws IOException {
        return exclusively(() -> whole.validate());
    }

    @Override
    public Result<Change> commit() throws IOException {
        return ending(() -> whole.commit());
    }

    @Override
    public Result<Change> reject(Refusal found) throws IOException {
        return ending(() -> whole.reject(found));
    }

    private Result<Change> ending(EngineErrors.Work<Change> call) throws IOException {
        Result<Change> result = exclusively(call);
        if (!result.isRefused()) {
            release();
        }
        return result;
    }

    /** Runs a call that may take long without the monitor; nobody here can take the draft over in the meantime. */
    private <T> Result<T> exclusively(EngineErrors.Work<T> call) throws IOException {
        Result<Boolean> begun = attempt(() -> {
            if (request.path().isRoot()) {
                return Result.refused(WITHOUT_PATH);
            }
            Result<Boolean> completed = result(complete());
            committing = !completed.isRefused();
            return completed;
        });
        if (begun.isRefused()) {
            return Result.refused(begun.refusal().orElseThrow());
        }
        try {
            return EngineErrors.translate(call);
        } finally {
            synchronized (this) {
                committing = false;
            }
        }
    }

    @Override
    public void discard() throws IOException {
        synchronized (this) {
            if (ended) {
                return;
            }
            release();
        }
        holding.end(state);
    }

    @Override
    public synchronized boolean end(boolean keep) {
        if (committing) {
            return false;
        }
        if (!ended) {
            try {
                if (keep && !keepsOnlySynced) {
                    store();
                }
            } catch (IOException e) {
                LOG.warn(
                        "event=cluster.upload.bytes-lost upload={} kept={} reason={}",
                        state.name(),
                        state.size(),
                        LogText.quoted(e));
            }
            release();
        }
        return true;
    }

    private synchronized void release() {
        ended = true;
        holding.ended(state.name(), this);
        receiver.close();
        claim.close();
        if (whole != null) {
            whole.close();
        }
        try {
            tail.close();
        } catch (IOException e) {
            LOG.warn("event=cluster.staging.left file={} reason={}", LogText.quoted(tail.path()), LogText.quoted(e));
        }
    }

    @Override
    public void close() {
        end(true);
    }
}
