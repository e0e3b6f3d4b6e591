package io.datahub.ssh.sftp;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.Listing;
import io.datahub.api.user.User;
import io.datahub.ssh.sftp.file.DraftHandle;
import io.datahub.ssh.sftp.file.OwnDrafts;
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
        workspace.removals().settleAt(path);
        Result<Listing.Entry> entry = workspace.session().store().stat(user, path);
        boolean exists = !entry.isRefused();
        if (exists && entry.get().directory()) {
            return Status.failure(path + " is a directory");
        }
        boolean wasDraft = removeDrafts(path, exists);
        boolean wasRefused = workspace.refused().take(workspace.session(), path, etag(entry));
        if (wasDraft || wasRefused) {
            return Status.OK; // what the client wants to remove is gone with it
        }
        Optional<RecordPath> upload = exists && user.mayWrite(path) ? upload(path) : Optional.empty();
        if (upload.isPresent()) {
            workspace.removals().hold(path, etag(entry), upload.get());
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

    /** Removes an empty directory; the client's unfinished files count as files. */
    Status removeDirectory(RecordPath path) throws IOException {
        workspace.removals().settleAt(path);
        if (workspace.drafts().below(path).stream()
                .anyMatch(draft -> draft.path().isBelow(path))) {
            return Status.failure(path + " isn't empty");
        }
        return workspace
                .session()
                .store()
                .rmdir(workspace.session().request(path))
                .refusal()
                .map(Status::of)
                .orElse(Status.OK);
    }

    /** The entity tag of a record. */
    static Optional<String> etag(Result<Listing.Entry> entry) {
        return entry.isRefused() ? Optional.empty() : entry.get().etag();
    }

    /**
     * Removes the client's unfinished files of this path. Returns whether that was all there is for the client: nobody
     * else sees them, and one that was to replace a record has left that as it was.
     */
    private boolean removeDrafts(RecordPath path, boolean exists) throws IOException {
        OwnDrafts drafts = workspace.drafts();
        boolean isSeen = drafts.isTemporary(path) || !exists;
        boolean wasReplacement = false;
        for (DraftHandle open : workspace.handles().writingAll(path)) {
            wasReplacement |= open.isReplacement();
            open.discard();
        }
        Optional<LastingDraft> draft = drafts.find(path);
        if (draft.isPresent() && isSeen) {
            drafts.remove(draft.get()); // even if another connection of the user is writing it
        }
        drafts.removeAll(path, "");
        return wasReplacement || (draft.isPresent() && isSeen);
    }

    /** The temporary file, written here, that is to replace a record. */
    private Optional<RecordPath> upload(RecordPath path) throws IOException {
        for (LastingDraft draft : workspace.drafts().in(path.parent())) {
            RecordPath upload = draft.path();
            if (workspace.drafts().isTemporary(upload)
                    && workspace.handles().hasClosed(upload)
                    && isMadeOf(upload.name(), path.name())) {
                return Optional.of(upload);
            }
        }
        return Optional.empty();
    }

    /** Whether a temporary name consists of another name and what marks it as temporary. */
    static boolean isMadeOf(String temporary, String name) {
        int start = temporary.indexOf(name);
        while (start >= 0 && temporary.length() > name.length()) {
            int end = start + name.length();
            boolean begins = start == 0 || !Character.isLetterOrDigit(temporary.charAt(start - 1));
            boolean ends = end == temporary.length() || !Character.isLetterOrDigit(temporary.charAt(end));
            if (begins && ends) {
                return true;
            }
            start = temporary.indexOf(name, start + 1);
        }
        return false;
    }
}
