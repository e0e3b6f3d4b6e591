package io.datahub.ssh.sftp;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.WriteRequest;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.sftp.wire.Attributes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is being written, or an unfinished one that is being read. Once it has some size it is a lasting draft,
 * which outlasts a killed hub and which another connection can take over. Closed under a temporary name it stays a
 * draft, else it becomes the record's new version.
 */
final class DraftHandle implements Handle {

    /** How an upload is opened. */
    record Mode(boolean reads, boolean writes, boolean appends, boolean temporary) {}

    /** Smaller drafts aren't worth the flush that makes them lasting. */
    static final long LASTING_BYTES = 8L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(DraftHandle.class);
    private static final Refusal INTERRUPTED = new Refusal(Reason.FAILED, "the upload was interrupted; upload again");

    private final SshSession session;
    private final OwnDrafts drafts;
    private final WriteRequest request;
    private final Mode mode;

    /** Whether it began from a version of the record. */
    private final boolean fromRecord;

    private Draft draft;

    /** The name of the lasting draft; empty if it is an ordinary one. */
    private String name;

    /** A draft of an earlier upload that was cut; resumed if the client goes on where that ended. */
    private Optional<LastingDraft> earlier = Optional.empty();

    private Optional<Instant> modified = Optional.empty();
    private Refusal lost;
    private boolean changed;
    private boolean discarded;
    private boolean staysOrdinary;
    private boolean ended;

    /** @param name the name of the lasting draft; empty if it is an ordinary one */
    DraftHandle(SshSession session, OwnDrafts drafts, WriteRequest request, Mode mode, Draft draft, String name) {
        this.session = session;
        this.drafts = drafts;
        this.request = request;
        this.mode = mode;
        this.draft = draft;
        this.name = name;
        fromRecord = draft.baseEtag().isPresent();
        if (!name.isEmpty()) {
            drafts.opened(name, this);
        }
    }

    /** There is a draft of an earlier upload, which is obsolete once this one is committed. */
    void setEarlier(LastingDraft cut) {
        earlier = Optional.of(cut);
    }

    RecordPath path() {
        return request.path();
    }

    boolean isWriting(RecordPath path) {
        return mode.writes() && !discarded && path().equals(path);
    }

    /** Whether closing makes no new version of a record that exists. */
    boolean isNew() {
        return mode.temporary() || !fromRecord;
    }

    private boolean mayResume() {
        return !changed && earlier.isPresent();
    }

    @Override
    public Attributes attributes() {
        long size = mayResume() && !fromRecord ? earlier.get().size() : draft.size();
        return Attributes.file(size, modified.or(() -> drafts.time(path())).orElseGet(Instant::now));
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
        Optional<Refusal> refusal = refuseWrite();
        if (refusal.isEmpty() && mayResume()) {
            refusal = decideToResume(offset);
        }
        if (refusal.isEmpty()) {
            changed = true;
            refusal = draft.write(mode.appends() ? draft.size() : offset, bytes);
        }
        if (refusal.isEmpty() && name.isEmpty() && !staysOrdinary && draft.size() >= LASTING_BYTES) {
            refusal = makeLasting();
        }
        return refusal;
    }

    private Optional<Refusal> refuseWrite() {
        return lost != null || mode.writes()
                ? Optional.ofNullable(lost)
                : Optional.of(new Refusal(Reason.FORBIDDEN, "the handle isn't one for writing"));
    }

    /**
     * A client that begins to write where an earlier upload was cut goes on with that. One that begins at the end of the
     * present version may have been misled: it could not see the earlier upload, and would mix two files.
     */
    private Optional<Refusal> decideToResume(long offset) throws IOException {
        LastingDraft cut = earlier.orElseThrow();
        boolean atPresentEnd = fromRecord && offset == draft.size();
        boolean resumes = mode.appends() ? !fromRecord : offset == cut.size() && !atPresentEnd;
        if (resumes && cut.size() > 0) {
            Result<Draft> resumed = drafts.resume(request, cut.name());
            if (!resumed.isRefused()) {
                draft.close();
                replace(resumed.get(), cut.name());
            }
            return resumed.refusal();
        }
        return atPresentEnd && offset > 0 && !mode.appends()
                ? Optional.of(new Refusal(
                        Reason.CONFLICT,
                        "an upload of " + path() + " was cut at byte " + cut.size() + ", but the present version has "
                                + offset + " bytes: it can't be resumed; upload the whole file"))
                : Optional.empty();
    }

    private void replace(Draft other, String otherName) {
        draft = other;
        name = otherName;
        drafts.opened(name, this);
        modified.ifPresent(time -> draft.setClientModified(modified));
    }

    private Optional<Refusal> makeLasting() throws IOException {
        Result<LastingDraft> kept = drafts.keep(draft);
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
        if (refusal.isPresent() || (!changed && size == draft.size())) {
            return refusal;
        }
        changed = true;
        return draft.truncate(size);
    }

    /** Begins with an empty file, which is a change even if nothing follows. */
    Optional<Refusal> empty() throws IOException {
        changed = true;
        return draft.truncate(0);
    }

    void setModified(Instant time) {
        modified = Optional.of(time);
        draft.setClientModified(modified);
    }

    Optional<Refusal> sync() throws IOException {
        return lost == null ? draft.sync() : Optional.of(lost);
    }

    /** Closing will make nothing of it: the client has removed the file. */
    void discard() {
        discarded = true;
    }

    @Override
    public Result<Outcome> close() throws IOException {
        if (lost != null) {
            return Result.refused(lost);
        }
        if (discarded || !mode.writes()) {
            return Result.done(Outcome.NOTHING);
        }
        if (mode.temporary()) {
            return keep();
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
        modified.ifPresent(time -> drafts.setTime(path(), time));
        if (!name.isEmpty()) {
            end();
            return Result.done(Outcome.NOTHING);
        }
        Result<LastingDraft> kept = drafts.keep(draft);
        ended = !kept.isRefused();
        return kept.then(lasting -> Result.done(Outcome.NOTHING));
    }

    private Result<Outcome> commit() throws IOException {
        discarded = true; // unless this succeeds
        Result<Change> committed = draft.commit();
        Optional<Refusal> refusal = committed.refusal();
        if (refusal.isPresent()) {
            reject(draft, refusal.get());
            return Result.refused(refusal.get());
        }
        end();
        if (earlier.isPresent()) {
            drafts.removeAll(path(), name);
        }
        return Result.done(Outcome.STORED);
    }

    /** Announces that validators refused a draft, if they did; returns whether that has ended the draft. */
    static boolean reject(Draft refused, Refusal refusal) {
        if (refusal.reason() != Reason.INVALID) {
            return false;
        }
        try {
            return !refused.reject(refusal).isRefused();
        } catch (IOException e) {
            LOG.warn("event=ssh.sftp.rejection-failed reason={}", LogText.quoted(e));
            return false;
        }
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
            if (lost == null && changed && !discarded && name.isEmpty() && draft.size() > 0) {
                drafts.keep(draft);
            }
        } finally {
            end();
        }
        if (discarded && !name.isEmpty()) {
            drafts.remove(name);
        }
    }
}
