package io.datahub.ssh.sftp;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.WriteRequest;
import io.datahub.ssh.session.Commits;
import io.datahub.ssh.sftp.file.DraftHandle;
import io.datahub.ssh.sftp.file.Handle;
import io.datahub.ssh.sftp.file.RecordHandle;
import io.datahub.ssh.sftp.wire.Attributes;
import io.datahub.ssh.sftp.wire.Status;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * Sets attributes: the size is a change of the file, the time isn't, and all else is ignored, since clients that keep
 * permissions would fail otherwise. Used by one thread at a time.
 */
final class AttributeSetter {

    private final Workspace workspace;

    AttributeSetter(Workspace workspace) {
        this.workspace = workspace;
    }

    /** Sets those of a path. */
    Status set(RecordPath path, Attributes attributes) throws IOException {
        workspace.removals().settle(path);
        Optional<DraftHandle> open = workspace.handles().writing(path);
        if (open.isPresent()) {
            return status(set(open.get(), attributes));
        }
        Result<Listing.Entry> entry =
                workspace.session().store().stat(workspace.session().user(), path);
        if (entry.isRefused() || workspace.drafts().isTemporary(path)) {
            Optional<LastingDraft> draft = workspace.drafts().find(path);
            if (draft.isPresent()) {
                return status(set(draft.get(), attributes));
            }
        }
        boolean mayWriteOnly = entry.refusal()
                .filter(refusal -> refusal.reason() == Reason.FORBIDDEN
                        && workspace.session().user().mayCreate(path))
                .isPresent();
        if (entry.isRefused() && !mayWriteOnly) {
            return status(entry.refusal());
        }
        Optional<Refusal> refusal =
                !entry.isRefused() && entry.get().directory() ? Optional.empty() : setRecord(path, attributes);
        refusal.ifPresent(found -> workspace.showRefusal(path, found));
        return status(refusal);
    }

    private static Status status(Optional<Refusal> refusal) {
        return refusal.map(Status::of).orElse(Status.OK);
    }

    private Optional<Refusal> setRecord(RecordPath path, Attributes attributes) throws IOException {
        RecordStore store = workspace.session().store();
        WriteRequest request = workspace.session().request(path).withPrecondition(Optional::isPresent);
        if (attributes.size().isPresent()) {
            Optional<Refusal> refusal =
                    truncate(store.edit(request), attributes.size().getAsLong());
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return attributes.modified().isEmpty()
                ? Optional.empty()
                : store.setClientModified(request.withClientModified(attributes.modified()))
                        .refusal();
    }

    /** Gives a record another size, which makes a new version. */
    private Optional<Refusal> truncate(Result<Draft> edited, long size) throws IOException {
        if (edited.isRefused()) {
            return edited.refusal();
        }
        try (Draft draft = edited.get()) {
            if (draft.size() == size) {
                return Optional.empty();
            }
            Optional<Refusal> refusal = draft.truncate(size);
            return refusal.isPresent() ? refusal : Commits.commit(draft).refusal();
        }
    }

    private Optional<Refusal> set(LastingDraft draft, Attributes attributes) throws IOException {
        attributes.modified().ifPresent(time -> workspace.drafts().setTime(draft.name(), time));
        if (attributes.size().isEmpty() || attributes.size().getAsLong() == draft.size()) {
            return Optional.empty();
        }
        Result<Draft> resumed = workspace.drafts().resume(workspace.session().request(draft.path()), draft.name());
        if (resumed.isRefused()) {
            return resumed.refusal();
        }
        try (Draft opened = resumed.get()) {
            return opened.truncate(attributes.size().getAsLong());
        }
    }

    private static Optional<Refusal> set(DraftHandle handle, Attributes attributes) throws IOException {
        Optional<Refusal> refusal = attributes.size().isPresent()
                ? handle.truncate(attributes.size().getAsLong())
                : Optional.empty();
        if (refusal.isEmpty() && attributes.modified().isPresent()) {
            handle.setModified(attributes.modified().get());
        }
        return refusal;
    }

    /** Sets those of an open file. */
    Status set(Handle handle, Attributes attributes) throws IOException {
        if (handle instanceof DraftHandle draft) {
            return status(set(draft, attributes));
        }
        if (attributes.size().isPresent()) {
            return Status.denied("the handle isn't one for writing");
        }
        Optional<Instant> modified = attributes.modified();
        if (handle instanceof RecordHandle record && modified.isPresent()) {
            return status(workspace
                    .session()
                    .store()
                    .setClientModified(
                            workspace.session().request(record.version().path()).withClientModified(modified))
                    .refusal());
        }
        return Status.OK;
    }
}
