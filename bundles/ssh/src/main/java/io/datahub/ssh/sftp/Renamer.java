package io.datahub.ssh.sftp;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.MoveRequest;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.session.TransferMetrics;
import io.datahub.ssh.session.TransferMetrics.Protocol;
import io.datahub.ssh.sftp.wire.Status;
import java.io.IOException;
import java.util.Optional;

/** Renames records, directories, and unfinished files, which become records by that. Used by one thread at a time. */
final class Renamer {

    private final Workspace workspace;
    private final SshSession session;
    private final OwnDrafts drafts;

    Renamer(Workspace workspace) {
        this.workspace = workspace;
        session = workspace.session();
        drafts = workspace.drafts();
    }

    /** @param replace whether a file at the new path may be replaced */
    Status rename(RecordPath from, RecordPath to, boolean replace) throws IOException {
        workspace.removals().settle(from);
        boolean removed = workspace.removals().contains(to);
        Optional<Refusal> refusal = renamed(from, to, replace || removed);
        if (refusal.filter(found -> found.reason() == Reason.NOT_FOUND).isPresent()) {
            workspace.removals().settle(to);
        } else {
            workspace.removals().drop(to); // it is replaced, or the last good version stays
        }
        refusal.filter(found -> found.reason() == Reason.INVALID).ifPresent(found -> workspace.showRefusal(to, found));
        return refusal.map(Status::of).orElse(Status.OK);
    }

    private Optional<Refusal> renamed(RecordPath from, RecordPath to, boolean replace) throws IOException {
        if (from.equals(to)) {
            return new Entries(workspace).find(from).refusal();
        }
        if (workspace.handles().writing(from).isPresent()) {
            return refusal(from + " is still open for writing; close it first");
        }
        boolean temporary = drafts.isTemporary(from);
        if (temporary || session.store().stat(session.user(), from).isRefused()) {
            Optional<LastingDraft> draft = drafts.find(from);
            if (draft.isPresent()) {
                return drafts.isLive(draft.get())
                        ? refusal(from + " is being written by another connection of yours")
                        : renameDraft(draft.get(), to, replace);
            }
        }
        return session.store()
                .move(new MoveRequest(
                        session.user(),
                        session.origin().toString(),
                        from,
                        to,
                        Precondition.NONE,
                        replace,
                        session::currentUser))
                .refusal();
    }

    private static Optional<Refusal> refusal(String detail) {
        return Optional.of(new Refusal(Reason.CONFLICT, detail));
    }

    private Optional<Refusal> renameDraft(LastingDraft draft, RecordPath to, boolean replace) throws IOException {
        if (drafts.isTemporary(to)) {
            return renameTemporary(draft, to, replace);
        }
        return drafts.isTemporary(draft.path())
                ? publish(draft, to, replace)
                : refusal("the upload of " + draft.path() + " was cut; resume it, or upload the file again");
    }

    private Optional<Refusal> renameTemporary(LastingDraft draft, RecordPath to, boolean replace) throws IOException {
        if (drafts.find(to).isPresent() && !replace) {
            return refusal(to + " exists already");
        }
        Result<Draft> moved = drafts.resume(session.request(to), draft.name());
        if (!moved.isRefused()) {
            moved.get().close();
            drafts.removeAll(to, draft.name());
            drafts.time(draft.path()).ifPresent(time -> drafts.setTime(to, time));
            drafts.forgetTime(draft.path());
        }
        return moved.refusal();
    }

    /** Makes a draft the new version of a record. */
    private Optional<Refusal> publish(LastingDraft draft, RecordPath to, boolean replace) throws IOException {
        WriteRequest request = session.request(to).withClientModified(drafts.time(draft.path()));
        Result<Draft> resumed =
                drafts.resume(replace ? request : request.withPrecondition(Optional::isEmpty), draft.name());
        if (resumed.isRefused()) {
            return resumed.refusal();
        }
        Optional<Refusal> refusal;
        boolean ended = true;
        try (Draft opened = resumed.get()) {
            Result<Change> committed = opened.commit();
            refusal = committed.refusal();
            ended = refusal.isEmpty() || DraftHandle.reject(opened, refusal.get());
        }
        if (refusal.isEmpty()) {
            session.count(Protocol.SFTP, TransferMetrics.Result.STORED);
            workspace.refused().remove(session.user(), to);
            drafts.removeAll(to, draft.name());
        } else if (ended) {
            workspace.refused().add(session.user(), draft.path());
        } else {
            giveBack(draft);
        }
        if (ended) {
            drafts.forgetTime(draft.path());
        }
        return refusal;
    }

    /** Gives a draft its old path back, so that the client can try again. */
    private void giveBack(LastingDraft draft) throws IOException {
        Result<Draft> resumed = drafts.resume(session.request(draft.path()), draft.name());
        if (!resumed.isRefused()) {
            resumed.get().close();
        }
    }
}
