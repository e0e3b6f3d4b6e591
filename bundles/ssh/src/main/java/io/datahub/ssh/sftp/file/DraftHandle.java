package io.datahub.ssh.sftp.file;

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
 * A file that is being written. Closed under a temporary name it stays a draft, else it becomes the record's new version.
 */
public final class DraftHandle implements Handle {

    /**
     * How a file is opened.
     *
     * @param reads whether it may be read, too
     * @param appends whether all is written at its end
     * @param temporary whether its client will rename it
     */
    public record Mode(boolean reads, boolean appends, boolean temporary) {}

    private final SshSession session;
    private final OwnDrafts drafts;
    private final Mode mode;
    private final Upload upload;

    /** Whether it began from a version of the record. */
    private final boolean fromRecord;

    /** An earlier upload of this path; obsolete once this is committed, unless it is the same. */
    private final Optional<CutUpload> cut;

    private final Instant opened = Instant.now();
    private boolean changed;

    /** Whether nothing is left of what was there before. */
    private boolean replaced;

    /** Whether the client has determined the end of the file, by writing up to it or by setting the size. */
    private boolean reachedEnd;

    private boolean discarded;

    /**
     * Opens a file.
     *
     * @param draft the bytes to begin with
     * @param name the name of the lasting draft; empty if it is an ordinary one
     * @param cut an upload of this path that was cut: this continues it if it is that draft
     */
    public DraftHandle(
            SshSession session,
            OwnDrafts drafts,
            WriteRequest request,
            Mode mode,
            Draft draft,
            String name,
            Optional<LastingDraft> cut) {
        this.session = session;
        this.drafts = drafts;
        this.mode = mode;
        this.cut = cut.map(found -> new CutUpload(found, name));
        fromRecord = draft.baseEtag().isPresent();
        upload = new Upload(drafts, request, draft, name);
    }

    @Override
    public RecordPath path() {
        return upload.request().path();
    }

    /** Whether it is open for writing this path. */
    public boolean isWriting(RecordPath path) {
        return !discarded && !upload.hasEnded() && path().equals(path);
    }

    /** Whether closing makes no new version of a record that exists. */
    public boolean isNew() {
        return mode.temporary() || !fromRecord;
    }

    /** Whether nothing of a version that exists is in it. */
    public boolean isReplacement() {
        return isNew() || replaced;
    }

    /** Whether it continues an upload that was cut, without having replaced all of that. */
    public boolean isContinued() {
        return !mode.temporary()
                && !replaced
                && cut.filter(CutUpload::isContinued).isPresent();
    }

    @Override
    public Attributes attributes() {
        return Attributes.file(shownSize(), upload.modified().orElse(opened));
    }

    /** The size is hidden as long as it is that of a version that the user may not read. */
    private long shownSize() {
        return changed || !fromRecord || session.user().mayRead(path()) ? upload.size() : 0;
    }

    @Override
    public Result<Integer> read(long offset, ByteBuffer target) throws IOException {
        return mode.reads() ? readDraft(offset, target) : Handle.super.read(offset, target);
    }

    /** Reads, whatever it was opened for. */
    Result<Integer> readDraft(long offset, ByteBuffer target) throws IOException {
        return upload.read(offset, target);
    }

    /** Writes bytes, wherever the client wants, or at the end if it appends. */
    public Optional<Refusal> write(long offset, ByteBuffer bytes) throws IOException {
        Optional<Refusal> refusal = upload.refusal();
        if (refusal.isPresent()) {
            return refusal;
        }
        long position = mode.appends() ? upload.size() : offset;
        if (!changed && !replaced && !mode.temporary() && cut.isPresent()) {
            refusal = cut.get().refuseFirstWrite(position, upload.size(), fromRecord && !mode.appends());
        }
        if (refusal.isPresent()) {
            return refusal;
        }
        reachedEnd |= position + bytes.remaining() > upload.size();
        changed = true;
        return upload.write(position, bytes);
    }

    /** Cuts the file off or extends it. */
    public Optional<Refusal> truncate(long size) throws IOException {
        Optional<Refusal> refusal = upload.refusal();
        if (refusal.isPresent() || (!changed && size == upload.size() && !isContinued())) {
            return refusal;
        }
        changed = true;
        reachedEnd = true;
        return upload.truncate(size);
    }

    /** Begins with an empty file, which is a change even if nothing follows. */
    public Optional<Refusal> empty() throws IOException {
        changed = true;
        replaced = true;
        return upload.truncate(0);
    }

    /** Begins with an upload that was cut, of the size that the client sees. */
    public Optional<Refusal> resume() throws IOException {
        return upload.truncate(OwnDrafts.shownSize(upload.size()));
    }

    /** Sets the client's time of the file. */
    public void setModified(Instant time) {
        upload.setModified(time);
    }

    /** Makes durable what was written. */
    public Optional<Refusal> sync() throws IOException {
        return upload.sync();
    }

    /** Closing will make nothing of it: the client has removed the file. */
    public void discard() {
        discarded = true;
    }

    /** Ends it right after it was opened; an upload that it has taken over stays. */
    public void giveUp() throws IOException {
        discarded = !upload.isLasting();
        abandon();
    }

    @Override
    public Result<Outcome> close() throws IOException {
        if (discarded || upload.hasEnded()) {
            return Result.done(Outcome.NOTHING);
        }
        Optional<Refusal> refusal = upload.refusal();
        if (refusal.isEmpty() && isContinued()) {
            refusal = cut.get().refuseClose(upload.size(), reachedEnd);
        }
        if (refusal.isEmpty() && mode.temporary()) {
            refusal = upload.keep();
        } else if (refusal.isEmpty() && !changed && fromRecord) {
            refusal = setTime();
        } else if (refusal.isEmpty()) {
            return commit();
        }
        return refusal.isPresent() ? Result.refused(refusal.get()) : Result.done(Outcome.NOTHING);
    }

    private Optional<Refusal> setTime() throws IOException {
        return upload.modified().isEmpty()
                ? Optional.empty()
                : session.store()
                        .setClientModified(upload.request().withClientModified(upload.modified()))
                        .refusal();
    }

    private Result<Outcome> commit() throws IOException {
        discarded = !upload.isLasting(); // a lasting draft is worth another attempt if the medium fails
        Commits.Outcome outcome = upload.commit();
        if (outcome.refusal().isEmpty()) {
            upload.end();
            if (cut.isPresent()) {
                drafts.removeAll(path(), upload.name());
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

    /** Keeps what the client has written, so that it can be resumed, unless the file was closed or removed. */
    @Override
    public void abandon() throws IOException {
        if (upload.hasEnded()) {
            return;
        }
        try {
            if (discarded) {
                upload.discard();
            } else if (changed) {
                upload.keepCut();
            }
        } finally {
            upload.end();
        }
    }
}
