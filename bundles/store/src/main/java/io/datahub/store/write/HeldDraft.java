package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDrafts.Remaining;
import io.datahub.api.validation.ValidatorId;
import io.datahub.records.draft.RecordDraft;
import io.datahub.records.staging.StagedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A lasting draft for its holder. Synchronizes on the {@link KeptDraft}, since another request can take it over. */
final class HeldDraft implements Draft, KeptDraft.Holder {

    private static final Logger LOG = LoggerFactory.getLogger(HeldDraft.class);
    private static final Refusal TAKEN_OVER =
            new Refusal(Reason.CONFLICT, "another request has taken over the upload; query its offset");
    private static final Refusal WITHOUT_PATH =
            new Refusal(Reason.BAD_REQUEST, "the upload has no path yet; resume it for one");

    private final KeptDraft kept;
    private final RecordDraft draft;
    private final StagedFile staged;
    private final KeptDrafts drafts;
    private final Optional<String> baseEtag;
    private final boolean isReadable;
    private final boolean keepsOnlySynced;

    /** Whether its entry is to be stored when this ends other than by a commit; guarded by the {@link KeptDraft}. */
    private boolean isUnsaved;

    /** What remains if only synced bytes do. */
    private StagedFile.Mark synced;

    /**
     * @param baseEtag the tag of the version it began from
     * @param isReadable whether the user may read bytes of that version
     */
    HeldDraft(
            KeptDraft kept,
            RecordDraft draft,
            StagedFile staged,
            KeptDrafts drafts,
            Optional<String> baseEtag,
            boolean isReadable,
            Remaining remaining)
            throws IOException {
        this.kept = kept;
        this.draft = draft;
        this.staged = staged;
        this.drafts = drafts;
        this.baseEtag = baseEtag;
        this.isReadable = isReadable;
        keepsOnlySynced = remaining == Remaining.SYNCED;
        if (keepsOnlySynced) {
            synced = staged.mark();
            kept.discardAfter(synced.size());
        } else {
            kept.discardNothing();
        }
    }

    /** Stores the draft's entry on {@link #sync}, or when this ends, unless it is committed. */
    void saveLater() {
        synchronized (kept) {
            isUnsaved = true;
        }
    }

    private void save() throws IOException {
        if (isUnsaved) {
            drafts.save(kept);
            isUnsaved = false;
        }
    }

    @Override
    public long size() {
        synchronized (kept) {
            return staged.size();
        }
    }

    @Override
    public Optional<String> baseEtag() {
        return baseEtag;
    }

    /** A call of the draft. */
    private interface Call<T> {
        T run() throws IOException;
    }

    private Optional<Refusal> attempt(Call<Optional<Refusal>> call) throws IOException {
        synchronized (kept) {
            return kept.isHolder(this) ? call.run() : Optional.of(TAKEN_OVER);
        }
    }

    @Override
    public Optional<Refusal> write(long offset, ByteBuffer bytes) throws IOException {
        return attempt(() -> draft.write(offset, bytes));
    }

    @Override
    public Optional<Refusal> append(ByteBuffer bytes) throws IOException {
        return attempt(() -> draft.append(bytes));
    }

    @Override
    public Optional<Refusal> truncate(long size) throws IOException {
        return attempt(() -> draft.truncate(size));
    }

    @Override
    public Result<Integer> read(long offset, ByteBuffer target) throws IOException {
        synchronized (kept) {
            if (!kept.isHolder(this)) {
                return Result.refused(TAKEN_OVER);
            }
            return isReadable
                    ? draft.read(offset, target)
                    : Result.refused(Reason.FORBIDDEN, "you have no grant to read the version that this began from");
        }
    }

    @Override
    public Optional<Refusal> sync() throws IOException {
        return attempt(() -> {
            Optional<Refusal> refusal = draft.sync();
            if (refusal.isEmpty()) {
                save();
            }
            if (refusal.isEmpty() && keepsOnlySynced) {
                synced = staged.mark();
                kept.discardAfter(synced.size());
            }
            return refusal;
        });
    }

    @Override
    public void setClientModified(Optional<Instant> time) {
        synchronized (kept) {
            draft.setClientModified(time);
        }
    }

    @Override
    public Result<List<ValidatorId>> validate() throws IOException {
        return exclusively(draft::validate);
    }

    @Override
    public Result<Change> commit() throws IOException {
        return exclusively(() -> {
            Result<Change> committed;
            try {
                committed = draft.commit();
            } catch (IOException | RuntimeException e) {
                doneIfMoved("");
                throw e;
            }
            doneIfMoved(
                    committed.isRefused()
                            ? ""
                            : committed.get().version().etag().orElse(""));
            return committed;
        });
    }

    @Override
    public Result<Change> reject(Refusal refusal) throws IOException {
        Result<Change> rejected = exclusively(() -> draft.reject(refusal));
        if (!rejected.isRefused()) {
            drafts.delete(kept);
        }
        return rejected;
    }

    @Override
    public void discard() throws IOException {
        if (kept.beginCommit(this)) {
            drafts.deleteHeld(kept);
        }
    }

    /** Once its file has been renamed the draft is the record, even if a later step of the commit fails. */
    private void doneIfMoved(String etag) throws IOException {
        if (staged.hasMoved()) {
            draft.release();
            kept.done(staged.size(), etag);
            drafts.completed(kept);
        }
    }

    /** Runs a call that may take long without the monitor; nobody can take the draft over in the meantime. */
    private <T> Result<T> exclusively(Call<Result<T>> call) throws IOException {
        if (!kept.beginCommit(this)) {
            return Result.refused(TAKEN_OVER);
        }
        try {
            return kept.entry().path().isRoot() ? Result.refused(WITHOUT_PATH) : call.run();
        } finally {
            kept.endCommit();
        }
    }

    /** Ends the writing, from any thread. */
    @Override
    public void end() throws IOException {
        StagedFile.Mark flushed = null;
        try {
            if (keepsOnlySynced) {
                staged.returnTo(synced);
            }
            staged.flush();
            flushed = staged.mark();
            save();
        } finally {
            draft.release();
            if (flushed == null) {
                kept.endedUnflushed(keepsOnlySynced ? Math.min(synced.size(), staged.size()) : staged.size());
            } else {
                kept.ended(flushed);
            }
            staged.leave();
        }
    }

    @Override
    public void close() {
        synchronized (kept) {
            if (kept.isHolder(this)) {
                try {
                    end();
                } catch (IOException e) {
                    LOG.warn(
                            "event=store.upload.flush-failed file={} reason={}",
                            LogText.quoted(staged.path()),
                            LogText.quoted(e));
                }
            } else {
                draft.release();
            }
        }
    }
}
