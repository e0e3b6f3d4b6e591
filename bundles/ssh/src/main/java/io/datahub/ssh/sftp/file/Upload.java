package io.datahub.ssh.sftp.file;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.WriteRequest;
import io.datahub.ssh.session.Commits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * The draft of a file that is being written. Once it has some size it is a lasting draft, which outlasts a killed hub and
 * which another connection can take over. Used by one thread at a time.
 */
final class Upload {

    private static final Refusal INTERRUPTED = new Refusal(Reason.FAILED, "the upload was interrupted; upload again");

    private final OwnDrafts drafts;
    private final WriteRequest request;

    private Draft draft;

    /** The name of the lasting draft; empty if it is an ordinary one. */
    private String name;

    private Optional<Instant> modified = Optional.empty();

    /** Why nothing more can be done with it; null if it can. */
    private Refusal lost;

    private boolean staysOrdinary;
    private boolean ended;

    /**
     * @param draft the bytes to begin with
     * @param name the name of the lasting draft; empty if it is an ordinary one
     */
    Upload(OwnDrafts drafts, WriteRequest request, Draft draft, String name) {
        this.drafts = drafts;
        this.request = request;
        this.draft = draft;
        this.name = name;
        if (isLasting()) {
            drafts.opened(name, this);
        }
    }

    WriteRequest request() {
        return request;
    }

    String name() {
        return name;
    }

    boolean isLasting() {
        return !name.isEmpty();
    }

    boolean hasEnded() {
        return ended;
    }

    long size() {
        return draft.size();
    }

    /** The time that the client has set. */
    Optional<Instant> modified() {
        return modified;
    }

    void setModified(Instant time) {
        modified = Optional.of(time);
        if (!ended) {
            draft.setClientModified(modified);
        }
    }

    /** The refusal of all further requests, if it has ended or was interrupted. */
    Optional<Refusal> refusal() {
        return ended
                ? Optional.of(new Refusal(Reason.CONFLICT, request.path() + " was renamed or removed; open it again"))
                : Optional.ofNullable(lost);
    }

    Result<Integer> read(long offset, ByteBuffer target) throws IOException {
        Optional<Refusal> refusal = refusal();
        return refusal.isPresent() ? Result.refused(refusal.get()) : draft.read(offset, target);
    }

    Optional<Refusal> write(long offset, ByteBuffer bytes) throws IOException {
        Optional<Refusal> refusal = draft.write(offset, bytes);
        if (refusal.isEmpty() && !isLasting() && !staysOrdinary && draft.size() >= OwnDrafts.LASTING_BYTES) {
            refusal = makeLasting();
        }
        return refusal;
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
            draft = resumed.get();
            name = kept.get().name();
            drafts.opened(name, this);
            modified.ifPresent(time -> draft.setClientModified(modified));
        }
        return resumed.refusal();
    }

    Optional<Refusal> truncate(long size) throws IOException {
        return draft.truncate(size);
    }

    Optional<Refusal> sync() throws IOException {
        Optional<Refusal> refusal = refusal();
        return refusal.isPresent() ? refusal : draft.sync();
    }

    /** Ends it; the draft stays, as a lasting one. */
    Optional<Refusal> keep() throws IOException {
        String kept = name;
        if (!isLasting()) {
            Result<LastingDraft> lasting = drafts.keep(draft, modified);
            if (lasting.isRefused()) {
                return lasting.refusal();
            }
            kept = lasting.get().name();
        }
        end();
        if (modified.isPresent()) {
            drafts.setTime(kept, modified.get());
        }
        return Optional.empty();
    }

    /** Makes it the record's new version. */
    Commits.Outcome commit() throws IOException {
        return Commits.commit(draft);
    }

    /** Removes the draft, to be followed by {@link #end}. */
    void discard() throws IOException {
        draft.discard();
    }

    /** Keeps an ordinary draft that has bytes, so that it can be resumed; to be followed by {@link #end}. */
    void keepCut() throws IOException {
        if (lost == null && !isLasting() && draft.size() > 0) {
            drafts.keep(draft, modified);
        }
    }

    /** Releases the draft; a lasting one stays. */
    void end() {
        ended = true;
        draft.close();
        drafts.closed(name, this);
    }
}
