package io.datahub.ssh.sftp;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.WriteRequest;
import io.datahub.ssh.session.Commits;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.sftp.wire.Attributes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * A file that is being written. Once it has some size it is a lasting draft, which outlasts a killed hub and which
 * another connection can take over. Closed under a temporary name it stays a draft, else it becomes the record's new
 * version.
 */
final class DraftHandle implements Handle {

    /** How an upload is opened. */
    record Mode(boolean reads, boolean appends, boolean temporary) {}

    /** Smaller drafts aren't worth the flush that makes them lasting. */
    static final long LASTING_BYTES = 8L << 20;

    private static final Refusal INTERRUPTED = new Refusal(Reason.FAILED, "the upload was interrupted; upload again");

    private final SshSession session;
    private final OwnDrafts drafts;
    private final WriteRequest request;
    private final Mode mode;

    /** Whether it began from a version of the record. */
    private final boolean fromRecord;

    /** The upload that was cut and that this continues, or could have been meant to continue. */
    private final Optional<LastingDraft> cut;

    private final Instant opened = Instant.now();

    private Draft draft;

    /** The name of the lasting draft; empty if it is an ordinary one. */
    private String name;

    private Optional<Instant> modified = Optional.empty();
    private Refusal lost;
    private boolean changed;

    /** Whether nothing is left of what was there before. */
    private boolean replaced;

    /** Whether the client has determined the end of the file, by writing up to it or by setting the size. */
    private boolean reachedEnd;

    private boolean discarded;
    private boolean staysOrdinary;
    private boolean ended;

    /**
     * @param draft the bytes to begin with
     * @param name the name of the lasting draft; empty if it is an ordinary one
     * @param cut an upload of this path that was cut: this continues it if it is that draft; otherwise it is obsolete
     *     once this is committed
     */
    DraftHandle(
            SshSession session,
            OwnDrafts drafts,
            WriteRequest request,
            Mode mode,
            Draft draft,
            String name,
            Optional<LastingDraft> cut) {
        this.session = session;
        this.drafts = drafts;
        this.request = request;
        this.mode = mode;
        this.draft = draft;
        this.name = name;
        this.cut = cut;
        fromRecord = draft.baseEtag().isPresent();
        if (!name.isEmpty()) {
            drafts.opened(name, this);
        }
    }

    @Override
    public RecordPath path() {
        return request.path();
    }

    boolean isWriting(RecordPath path) {
        return !discarded && !ended && path().equals(path);
    }

    /** Whether closing makes no new version of a record that exists. */
    boolean isNew() {
        return mode.temporary() || !fromRecord;
    }

    /** Whether nothing of a version that exists is in it. */
    boolean isReplacement() {
        return isNew() || replaced;
    }

    /** Whether it continues an upload that was cut, without having replaced all of that. */
    boolean isContinued() {
        return !mode.temporary()
                && !replaced
                && cut.filter(found -> found.name().equals(name)).isPresent();
    }

    @Override
    public Attributes attributes() {
        return Attributes.file(shownSize(), modified.orElse(opened));
    }

    /** The size is hidden as long as it is that of a version that the user may not read. */
    private long shownSize() {
        return changed || !fromRecord || session.user().mayRead(path()) ? draft.size() : 0;
    }

    @Override
    public Result<Integer> read(long offset, ByteBuffer target) throws IOException {
        return mode.reads() ? readDraft(offset, target) : Handle.super.read(offset, target);
    }

    Result<Integer> readDraft(long offset, ByteBuffer target) throws IOException {
        if (ended || lost != null) {
            return Result.refused(lost == null ? UNKNOWN : lost);
        }
        return draft.read(offset, target);
    }

    /** Writes bytes, wherever the client wants, or at the end if it appends. */
    Optional<Refusal> write(long offset, ByteBuffer bytes) throws IOException {
        long position = mode.appends() && !ended ? draft.size() : offset;
        long end = position + bytes.remaining();
        Optional<Refusal> refusal = refuseWrite();
        if (refusal.isEmpty() && !changed) {
            refusal = refuseMisled(position);
        }
        if (refusal.isEmpty()) {
            reachedEnd |= end > draft.size();
            changed = true;
            refusal = draft.write(position, bytes);
        }
        if (refusal.isEmpty() && name.isEmpty() && !staysOrdinary && draft.size() >= LASTING_BYTES) {
            refusal = makeLasting();
        }
        return refusal;
    }

    private Optional<Refusal> refuseWrite() {
        return ended
                ? Optional.of(new Refusal(Reason.CONFLICT, path() + " was renamed or removed; open it again"))
                : Optional.ofNullable(lost);
    }

    /**
     * A client that begins to write at the end of the present version while there is an upload that was cut may have
     * been misled: it could not see the earlier upload, and would mix two files. One that begins after the end of the cut
     * upload would leave a hole.
     */
    private Optional<Refusal> refuseMisled(long position) {
        long size = draft.size();
        if (cut.isEmpty() || mode.temporary() || replaced) {
            return Optional.empty();
        }
        if (isContinued()) {
            return position <= size
                    ? Optional.empty()
                    : Optional.of(new Refusal(
                            Reason.CONFLICT,
                            "the upload of " + path() + " was cut at byte " + size
                                    + "; go on there, or upload the whole file"));
        }
        return fromRecord && position == size && size > 0 && !mode.appends()
                ? Optional.of(new Refusal(
                        Reason.CONFLICT,
                        "an upload of " + path() + " was cut at byte "
                                + cut.get().size()
                                + ", but the present version has " + size
                                + " bytes: it can't be resumed; upload the whole file"))
                : Optional.empty();
    }

    private void replace(Draft other, String otherName) {
        draft = other;
        name = otherName;
        drafts.opened(name, this);
        modified.ifPresent(time -> draft.setClientModified(modified));
    }

    private Optional<Refusal> makeLasting() throws IOException {
        Result<LastingDraft> kept = drafts.keep(draft, modified);
        if (kept.isRefused()) {
            staysOrdinary = true; // it is an upload like any other, which can't be resumed
            return Optional.empty();
        }
        lost = INTERRUPTED;
        Result<Draft> resumed = drafts.resume(request, kept.get().name());
        lost = resumed.refusal().orElse(null);
        if (lost == null) {
            replace(resumed.get(), kept.get().name());
        }
        return resumed.refusal();
    }

    /** Cuts the file off or extends it. */
    Optional<Refusal> truncate(long size) throws IOException {
        Optional<Refusal> refusal = refuseWrite();
        if (refusal.isPresent() || (!changed && size == draft.size() && !isContinued())) {
            return refusal;
        }
        changed = true;
        reachedEnd = true;
        return draft.truncate(size);
    }

    /** Begins with an empty file, which is a change even if nothing follows. */
    Optional<Refusal> empty() throws IOException {
        changed = true;
        replaced = true;
        return draft.truncate(0);
    }

    /** Begins with an upload that was cut, of the size that the client sees. */
    Optional<Refusal> resume() throws IOException {
        return draft.truncate(OwnDrafts.shownSize(draft.size()));
    }

    void setModified(Instant time) {
        modified = Optional.of(time);
        if (!ended) {
            draft.setClientModified(modified);
        }
    }

    Optional<Refusal> sync() throws IOException {
        return lost != null || ended ? refuseWrite() : draft.sync();
    }

    /** Closing will make nothing of it: the client has removed the file. */
    void discard() {
        discarded = true;
    }

    /** Ends it right after it was opened; an upload that it has taken over stays. */
    void giveUp() throws IOException {
        discarded = name.isEmpty();
        abandon();
    }

    @Override
    public Result<Outcome> close() throws IOException {
        if (lost != null) {
            return Result.refused(lost);
        }
        if (discarded || ended) {
            return Result.done(Outcome.NOTHING);
        }
        if (mode.temporary()) {
            return keep();
        }
        if (isContinued() && !reachedEnd) {
            return Result.refused(
                    Reason.CONFLICT,
                    "the upload of " + path() + " was cut at byte " + draft.size()
                            + " and wasn't continued there; upload the whole file");
        }
        if (!changed && fromRecord) {
            return modified.isEmpty()
                    ? Result.done(Outcome.NOTHING)
                    : session.store()
                            .setClientModified(request.withClientModified(modified))
                            .then(version -> Result.done(Outcome.NOTHING));
        }
        return commit();
    }

    private Result<Outcome> keep() throws IOException {
        String kept = name;
        if (name.isEmpty()) {
            Result<LastingDraft> lasting = drafts.keep(draft, modified);
            if (lasting.isRefused()) {
                return Result.refused(lasting.refusal().get());
            }
            kept = lasting.get().name();
        }
        end();
        if (modified.isPresent()) {
            drafts.setTime(kept, modified.get());
        }
        return Result.done(Outcome.NOTHING);
    }

    private Result<Outcome> commit() throws IOException {
        discarded = name.isEmpty(); // a lasting draft is worth another attempt if the medium fails
        Commits.Outcome outcome = Commits.commit(draft);
        if (outcome.refusal().isEmpty()) {
            end();
            if (cut.isPresent()) {
                drafts.removeAll(path(), name);
            }
            return Result.done(Outcome.STORED);
        }
        Refusal refusal = outcome.refusal().get();
        discarded |= outcome.ended() || !isTransient(refusal);
        return Result.refused(
                discarded
                        ? refusal
                        : new Refusal(refusal.reason(), refusal.detail() + "; the bytes are kept, resume the upload"));
    }

    private static boolean isTransient(Refusal refusal) {
        return switch (refusal.reason()) {
            case UNAVAILABLE, NO_ROOM, TOO_MANY -> true;
            default -> false;
        };
    }

    private void end() {
        ended = true;
        draft.close();
        drafts.closed(name, this);
    }

    /** Keeps what the client has written, so that it can be resumed, unless the file was closed or removed. */
    @Override
    public void abandon() throws IOException {
        if (ended) {
            return;
        }
        try {
            if (discarded) {
                draft.discard();
            } else if (lost == null && changed && name.isEmpty() && draft.size() > 0) {
                drafts.keep(draft, modified);
            }
        } finally {
            end();
        }
    }
}
