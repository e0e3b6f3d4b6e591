package io.datahub.ssh.sftp;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.MoveRequest;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.ssh.session.Commits;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.session.TransferMetrics;
import io.datahub.ssh.session.TransferMetrics.Protocol;
import io.datahub.ssh.sftp.file.DraftHandle;
import io.datahub.ssh.sftp.file.OwnDrafts;
import io.datahub.ssh.sftp.wire.Status;
import java.io.IOException;
import java.util.List;
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
        Optional<Precondition> removed = workspace.removals().replacing(to, from);
        if (removed.isEmpty()) {
            workspace.removals().settleAt(from);
            workspace.removals().settleAt(to);
        }
        Optional<Refusal> refusal = closeOpen(from);
        if (refusal.isEmpty()) {
            refusal = renamed(from, to, replace, removed);
        }
        if (refusal.isPresent() && refusal.get().reason() != Reason.NOT_FOUND) {
            workspace.showRefusal(to, refusal.get());
            workspace.removals().retain(to);
        } else if (refusal.isPresent()) {
            workspace.removals().settle(to); // nothing will replace it
        }
        return refusal.map(Status::of).orElse(Status.OK);
    }

    /**
     * Closes a temporary file that is still open here: some clients (sshfs) don't wait for that before they rename, or
     * even send it later.
     */
    private Optional<Refusal> closeOpen(RecordPath from) throws IOException {
        for (DraftHandle open : workspace.handles().writingAll(from)) {
            if (!drafts.isTemporary(from)) {
                return refusal(from + " is still open for writing; close it first");
            }
            Optional<Refusal> refusal = open.close().refusal();
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    private Optional<Refusal> renamed(RecordPath from, RecordPath to, boolean replace, Optional<Precondition> removed)
            throws IOException {
        if (from.equals(to)) {
            return new Entries(workspace).find(from).refusal();
        }
        boolean temporary = drafts.isTemporary(from);
        if (temporary || session.store().stat(session.user(), from).isRefused()) {
            Optional<LastingDraft> draft = drafts.find(from);
            if (draft.isPresent()) {
                return drafts.isLive(draft.get())
                        ? refusal(from + " is being written by another connection of yours")
                        : renameDraft(draft.get(), to, replace, removed);
            }
        }
        return move(from, to, replace);
    }

    private static Optional<Refusal> refusal(String detail) {
        return Optional.of(new Refusal(Reason.CONFLICT, detail));
    }

    /** Moves a record or a directory, and what is unfinished in that. */
    private Optional<Refusal> move(RecordPath from, RecordPath to, boolean replace) throws IOException {
        Optional<Refusal> refusal = session.store()
                .move(new MoveRequest(
                        session.user(),
                        session.origin().toString(),
                        from,
                        to,
                        Precondition.NONE,
                        replace,
                        session::currentUser))
                .refusal();
        List<LastingDraft> below = refusal.isEmpty() ? drafts.below(from) : List.of();
        for (LastingDraft draft : below) {
            if (draft.path().isBelow(from) && !drafts.isLive(draft)) {
                String rest = draft.path().toString().substring(from.toString().length());
                assign(draft, RecordPath.of(to + rest));
            }
        }
        return refusal;
    }

    private Optional<Refusal> renameDraft(
            LastingDraft draft, RecordPath to, boolean replace, Optional<Precondition> removed) throws IOException {
        if (drafts.isTemporary(to)) {
            return renameTemporary(draft, to, replace);
        }
        return drafts.isTemporary(draft.path())
                ? publish(draft, to, replace, removed)
                : refusal("the upload of " + draft.path() + " was cut; resume it, or upload the file again");
    }

    private Optional<Refusal> renameTemporary(LastingDraft draft, RecordPath to, boolean replace) throws IOException {
        if (drafts.find(to).isPresent() && !replace) {
            return refusal(to + " exists already");
        }
        Optional<Refusal> refusal = assign(draft, to);
        if (refusal.isEmpty()) {
            drafts.removeAll(to, draft.name());
        }
        return refusal;
    }

    /** Gives a draft another path. */
    private Optional<Refusal> assign(LastingDraft draft, RecordPath path) throws IOException {
        Result<Draft> resumed = drafts.resume(session.request(path), draft.name());
        if (resumed.isRefused()) {
            return resumed.refusal();
        }
        try (Draft opened = resumed.get()) {
            return opened.sync();
        }
    }

    /** Makes a draft the new version of a record. */
    private Optional<Refusal> publish(
            LastingDraft draft, RecordPath to, boolean replace, Optional<Precondition> removed) throws IOException {
        WriteRequest request = session.request(to)
                .withClientModified(drafts.time(draft))
                .withPrecondition(removed.orElse(replace ? Precondition.NONE : Optional::isEmpty));
        Result<Draft> resumed = drafts.resume(request, draft.name());
        if (resumed.isRefused()) {
            return resumed.refusal();
        }
        Commits.Outcome outcome = null;
        try (Draft opened = resumed.get()) {
            outcome = Commits.commit(opened);
        } finally {
            if (outcome == null || !outcome.ended()) {
                assign(draft, draft.path()); // so that the client can try again
            }
        }
        if (outcome.ended()) {
            drafts.forgetTime(draft);
            workspace.removals().drop(to); // it is replaced, or the last good version stays
        }
        if (outcome.refusal().isEmpty()) {
            session.count(Protocol.SFTP, TransferMetrics.Result.STORED);
            workspace.refused().remove(session, to);
            drafts.removeAll(to, draft.name());
        } else if (outcome.ended()) {
            workspace.refused().add(session, draft.path(), Optional.empty());
        }
        return outcome.refusal();
    }
}
