package io.datahub.ssh.sftp;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.Reading;
import io.datahub.api.record.WriteRequest;
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
            return readDraft(draft.get());
        }
        Result<Reading> reading =
                workspace.session().store().open(workspace.session().user(), path);
        if (reading.isRefused() && !temporary) {
            draft = drafts.find(path);
        }
        return draft.isPresent()
                ? readDraft(draft.get())
                : reading.then(opened -> Result.done(new RecordHandle(opened)));
    }

    private Result<DraftHandle> readDraft(LastingDraft draft) throws IOException {
        if (drafts.isLive(draft)) {
            return Result.refused(Reason.CONFLICT, draft.path() + " is being written by another connection of yours");
        }
        WriteRequest request = workspace.session().request(draft.path());
        return drafts.resume(request, draft.name())
                .then(opened -> Result.done(handle(
                        request,
                        new DraftHandle.Mode(true, false, false, drafts.isTemporary(draft.path())),
                        opened,
                        draft.name())));
    }

    private DraftHandle handle(WriteRequest request, DraftHandle.Mode mode, Draft draft, String name) {
        return new DraftHandle(workspace.session(), drafts, request, mode, draft, name);
    }

    private Result<DraftHandle> write(RecordPath path, int flags) throws IOException {
        boolean temporary = drafts.isTemporary(path);
        DraftHandle.Mode mode = new DraftHandle.Mode((flags & READ) != 0, true, (flags & APPEND) != 0, temporary);
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
        DraftHandle handle = handle(request, mode, draft.get(), "");
        return begun(handle, earlier, flags);
    }

    private static Result<DraftHandle> exists(RecordPath path) {
        return Result.refused(Reason.CONFLICT, path + " exists already");
    }

    private Result<DraftHandle> resume(WriteRequest request, DraftHandle.Mode mode, LastingDraft earlier, int flags)
            throws IOException {
        Result<Draft> resumed = drafts.resume(request, earlier.name());
        return resumed.isRefused()
                ? Result.refused(resumed.refusal().get())
                : begun(handle(request, mode, resumed.get(), earlier.name()), Optional.empty(), flags);
    }

    /** Empties a file that is to be truncated; notes a draft that could be resumed. */
    private Result<DraftHandle> begun(DraftHandle handle, Optional<LastingDraft> earlier, int flags)
            throws IOException {
        Optional<Refusal> refusal = (flags & TRUNCATE) == 0 ? Optional.empty() : handle.empty();
        if (refusal.isPresent()) {
            handle.discard();
            handle.abandon();
            return Result.refused(refusal.get());
        }
        earlier.ifPresent(handle::setEarlier);
        return Result.done(handle);
    }
}
