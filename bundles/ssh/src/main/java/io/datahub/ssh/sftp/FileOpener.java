package io.datahub.ssh.sftp;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.Reading;
import io.datahub.api.record.WriteRequest;
import io.datahub.ssh.sftp.file.DraftHandle;
import io.datahub.ssh.sftp.file.DraftReader;
import io.datahub.ssh.sftp.file.Handle;
import io.datahub.ssh.sftp.file.OwnDrafts;
import io.datahub.ssh.sftp.file.RecordHandle;
import io.datahub.ssh.sftp.file.SharedDraftHandle;
import java.io.IOException;
import java.util.Optional;

/** Opens files for reading and writing. Used by one thread at a time. */
final class FileOpener {

    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int APPEND = 4;
    private static final int CREATE = 8;
    private static final int TRUNCATE = 16;
    private static final int EXCLUSIVE = 32;

    private final Workspace workspace;
    private final OwnDrafts drafts;

    FileOpener(Workspace workspace) {
        this.workspace = workspace;
        drafts = workspace.drafts();
    }

    /**
     * Opens a file.
     *
     * @param flags as of the protocol
     */
    Result<? extends Handle> open(RecordPath path, int flags) throws IOException {
        workspace.removals().settle(path);
        if ((flags & WRITE) == 0) {
            return read(path);
        }
        Result<DraftHandle> opened = write(path, flags);
        opened.refusal()
                .filter(refusal -> refusal.reason() != Reason.NOT_FOUND)
                .ifPresent(refusal -> workspace.showRefusal(path, refusal));
        return opened;
    }

    private Result<? extends Handle> read(RecordPath path) throws IOException {
        boolean temporary = drafts.isTemporary(path);
        Optional<DraftHandle> own = workspace.handles().writing(path).filter(DraftHandle::isNew);
        if (own.isPresent()) {
            return Result.done(new SharedDraftHandle(own.get()));
        }
        Optional<LastingDraft> draft = temporary ? drafts.find(path) : Optional.empty();
        if (draft.isPresent()) {
            return DraftReader.open(workspace.session(), drafts, draft.get());
        }
        Result<Reading> reading =
                workspace.session().store().open(workspace.session().user(), path);
        if (reading.isRefused() && !temporary) {
            draft = drafts.find(path);
        }
        return draft.isPresent()
                ? DraftReader.open(workspace.session(), drafts, draft.get())
                : reading.then(opened -> Result.done(new RecordHandle(opened, workspace.session())));
    }

    private Result<DraftHandle> write(RecordPath path, int flags) throws IOException {
        boolean temporary = drafts.isTemporary(path);
        DraftHandle.Mode mode = new DraftHandle.Mode((flags & READ) != 0, (flags & APPEND) != 0, temporary);
        boolean exclusive = (flags & CREATE) != 0 && (flags & EXCLUSIVE) != 0;
        Optional<LastingDraft> earlier = drafts.find(path);
        WriteRequest request = workspace.session().request(path);
        if (temporary && earlier.isPresent()) {
            return exclusive ? exists(path) : resume(request, mode, earlier.get(), flags);
        }
        if (exclusive) {
            request = request.withPrecondition(Optional::isEmpty);
        } else if ((flags & CREATE) == 0 && earlier.isEmpty()) {
            request = request.withPrecondition(Optional::isPresent);
        }
        Result<Draft> draft = workspace.session().store().edit(request);
        if (draft.isRefused()) {
            return Result.refused(draft.refusal()
                    .filter(refusal -> refusal.reason() == Reason.PRECONDITION_FAILED)
                    .map(refusal -> exclusive
                            ? new Refusal(Reason.CONFLICT, path + " exists already")
                            : new Refusal(Reason.NOT_FOUND, "there is no record " + path))
                    .orElseGet(() -> draft.refusal().get()));
        }
        boolean continues = earlier.isPresent()
                && (flags & (TRUNCATE | EXCLUSIVE)) == 0
                && draft.get().baseEtag().isEmpty();
        if (continues) {
            draft.get().close(); // what the client sees at the path is the upload that was cut
            return resume(request, mode, earlier.get(), flags);
        }
        return begun(handle(request, mode, draft.get(), "", earlier), flags);
    }

    private static Result<DraftHandle> exists(RecordPath path) {
        return Result.refused(Reason.CONFLICT, path + " exists already");
    }

    private Result<DraftHandle> resume(WriteRequest request, DraftHandle.Mode mode, LastingDraft earlier, int flags)
            throws IOException {
        Result<Draft> resumed = drafts.resume(request, earlier.name());
        return resumed.isRefused()
                ? Result.refused(resumed.refusal().get())
                : begun(handle(request, mode, resumed.get(), earlier.name(), Optional.of(earlier)), flags);
    }

    private DraftHandle handle(
            WriteRequest request, DraftHandle.Mode mode, Draft draft, String name, Optional<LastingDraft> cut) {
        return new DraftHandle(workspace.session(), drafts, request, mode, draft, name, cut);
    }

    /** Empties a file that is to be truncated. */
    private Result<DraftHandle> begun(DraftHandle handle, int flags) throws IOException {
        boolean completed = false;
        try {
            Optional<Refusal> refusal = (flags & TRUNCATE) != 0
                    ? handle.empty()
                    : handle.isContinued() ? handle.resume() : Optional.empty();
            completed = refusal.isEmpty();
            workspace.refused().remove(workspace.session(), handle.path()); // this is another attempt
            return completed ? Result.done(handle) : Result.refused(refusal.get());
        } finally {
            if (!completed) {
                handle.giveUp();
            }
        }
    }
}
