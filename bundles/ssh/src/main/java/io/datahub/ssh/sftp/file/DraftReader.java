package io.datahub.ssh.sftp.file;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.sftp.wire.Attributes;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An unfinished upload that is being read. It doesn't keep anybody from writing, reading, or renaming that: if somebody
 * has taken the draft over, it is taken back for the next read, unless it is being written. Used by one thread at a time.
 */
public final class DraftReader implements Handle {

    private final SshSession session;
    private final OwnDrafts drafts;
    private final LastingDraft lasting;
    private Draft draft;

    private DraftReader(SshSession session, OwnDrafts drafts, LastingDraft lasting, Draft draft) {
        this.session = session;
        this.drafts = drafts;
        this.lasting = lasting;
        this.draft = draft;
    }

    /** Opens a draft. */
    public static Result<DraftReader> open(SshSession session, OwnDrafts drafts, LastingDraft lasting)
            throws IOException {
        return resume(session, drafts, lasting)
                .then(draft -> Result.done(new DraftReader(session, drafts, lasting, draft)));
    }

    private static Result<Draft> resume(SshSession session, OwnDrafts drafts, LastingDraft lasting) throws IOException {
        return drafts.isLive(lasting)
                ? Result.refused(Reason.CONFLICT, lasting.path() + " is being written by another connection of yours")
                : drafts.resume(session.request(lasting.path()), lasting.name());
    }

    @Override
    public RecordPath path() {
        return lasting.path();
    }

    @Override
    public Attributes attributes() {
        return drafts.attributes(lasting);
    }

    @Override
    public Result<Integer> read(long offset, ByteBuffer target) throws IOException {
        Result<Integer> read = draft.read(offset, target);
        if (read.refusal().map(Refusal::reason).filter(Reason.CONFLICT::equals).isEmpty()) {
            return read;
        }
        Result<LastingDraft> present = session.drafts().find(session.user(), lasting.name());
        if (present.isRefused() || !present.get().path().equals(lasting.path())) {
            return Result.refused(Reason.GONE, "the file was renamed or removed; open it again");
        }
        Result<Draft> resumed = resume(session, drafts, lasting);
        if (resumed.isRefused()) {
            return Result.refused(resumed.refusal().get());
        }
        draft.close();
        draft = resumed.get();
        return draft.read(offset, target);
    }

    @Override
    public Result<Outcome> close() {
        return Result.done(Outcome.NOTHING);
    }

    @Override
    public void abandon() {
        draft.close();
    }
}
