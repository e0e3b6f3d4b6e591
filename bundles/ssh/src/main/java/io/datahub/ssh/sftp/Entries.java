package io.datahub.ssh.sftp;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.Listing;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.ssh.session.ClientPath;
import io.datahub.ssh.sftp.file.DraftHandle;
import io.datahub.ssh.sftp.wire.Attributes;
import io.datahub.ssh.sftp.wire.Output;
import io.datahub.ssh.sftp.wire.Status;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** What the client sees at a path: records and directories, and its own unfinished files. Used by one thread at a time. */
final class Entries {

    private final Workspace workspace;

    Entries(Workspace workspace) {
        this.workspace = workspace;
    }

    /** Answers with the canonical form of a path, whether it exists or not. */
    static void canonicalize(int id, String text, Output output) {
        Result<RecordPath> path = ClientPath.parse(text);
        if (path.isRefused()) {
            output.status(id, Status.of(path.refusal().get()));
        } else {
            output.path(id, "/" + path.get());
        }
    }

    /** The attributes of what is at a path. */
    Result<Attributes> find(RecordPath path) throws IOException {
        if (workspace.removals().contains(path)) {
            return Result.refused(Reason.NOT_FOUND, "there is nothing at " + path);
        }
        Optional<DraftHandle> open = workspace.handles().writing(path);
        if (open.isPresent()) {
            return Result.done(open.get().attributes());
        }
        User user = workspace.session().user();
        boolean temporary = workspace.drafts().isTemporary(path);
        Optional<LastingDraft> draft = temporary ? workspace.drafts().find(path) : Optional.empty();
        Result<Attributes> record = draft.isPresent()
                ? Result.done(workspace.drafts().attributes(draft.get()))
                : workspace.session().store().stat(user, path).then(entry -> Result.done(Attributes.of(entry)));
        if (!record.isRefused()) {
            return record;
        }
        if (path.isRoot() || leadsToGrant(user, path)) {
            return Result.done(Attributes.directory(Instant.now()));
        }
        draft = temporary ? draft : workspace.drafts().find(path);
        return draft.isPresent() ? Result.done(workspace.drafts().attributes(draft.get())) : record;
    }

    /**
     * Whether there is a directory as far as the user's grants tell: clients look at the directory before they write to
     * it, also where the user may read nothing.
     */
    private static boolean leadsToGrant(User user, RecordPath path) {
        return user.grants().stream()
                .filter(grant -> grant.action() == Action.CREATE || grant.action() == Action.WRITE)
                .anyMatch(grant -> grant.what().startsWith(path + "/"));
    }

    /** Opens a directory to list it. */
    Result<DirectoryHandle> open(RecordPath directory) throws IOException {
        Result<Listing> first = DirectoryHandle.page(workspace, directory, "");
        return first.isRefused()
                ? Result.refused(first.refusal().get())
                : Result.done(new DirectoryHandle(workspace, first.get()));
    }
}
