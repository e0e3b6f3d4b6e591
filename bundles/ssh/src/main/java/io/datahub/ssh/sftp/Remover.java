package io.datahub.ssh.sftp;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.Listing;
import io.datahub.api.user.User;
import io.datahub.ssh.sftp.wire.Status;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Removes files. Used by one thread at a time. */
final class Remover {

    private final Workspace workspace;

    Remover(Workspace workspace) {
        this.workspace = workspace;
    }

    /** Removes a record, or the user's unfinished file. */
    Status remove(RecordPath path) throws IOException {
        User user = workspace.session().user();
        if (workspace.refused().remove(user, path)) {
            return Status.OK; // what the client wants to remove is gone with the refusal
        }
        workspace.removals().settle(path);
        Result<Listing.Entry> entry = workspace.session().store().stat(user, path);
        boolean exists = !entry.isRefused();
        if (exists && entry.get().directory()) {
            return Status.failure(path + " is a directory");
        }
        if (removeDraft(path, exists)) {
            return Status.OK;
        }
        if (exists && user.mayWrite(path) && isBeingReplaced(path)) {
            workspace.removals().hold(path, entry.get().etag());
            return Status.OK;
        }
        Result<List<Change>> deleted = workspace
                .session()
                .store()
                .delete(workspace.session().request(path).withPrecondition(Optional::isPresent));
        return deleted.refusal()
                .map(refusal -> refusal.reason() == Reason.PRECONDITION_FAILED
                        ? new Refusal(Reason.NOT_FOUND, "there is no record " + path)
                        : refusal)
                .map(Status::of)
                .orElse(Status.OK);
    }

    /** Removes unfinished files of this path; returns whether that was all there is for the client. */
    private boolean removeDraft(RecordPath path, boolean exists) throws IOException {
        boolean temporary = workspace.drafts().isTemporary(path);
        Optional<DraftHandle> open = workspace.handles().writing(path);
        open.ifPresent(DraftHandle::discard);
        Optional<LastingDraft> draft = workspace.drafts().find(path);
        if (draft.isPresent() && !workspace.drafts().isLive(draft.get())) {
            workspace.drafts().removeAll(path, "");
        }
        boolean wasDraft = open.filter(DraftHandle::isNew).isPresent() || draft.isPresent();
        return wasDraft && (temporary || !exists);
    }

    /** Whether the user has an unfinished file whose temporary name is made of this one. */
    private boolean isBeingReplaced(RecordPath path) throws IOException {
        for (LastingDraft draft : workspace.drafts().in(path.parent())) {
            RecordPath temporary = draft.path();
            if (workspace.drafts().isTemporary(temporary)
                    && !temporary.equals(path)
                    && temporary.name().contains(path.name())) {
                return true;
            }
        }
        return false;
    }
}
