package io.datahub.ssh.sftp;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.ssh.session.ClientPath;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.session.TransferMetrics;
import io.datahub.ssh.session.TransferMetrics.Protocol;
import io.datahub.ssh.sftp.file.DraftHandle;
import io.datahub.ssh.sftp.file.Handle;
import io.datahub.ssh.sftp.wire.Attributes;
import io.datahub.ssh.sftp.wire.Output;
import io.datahub.ssh.sftp.wire.Packet;
import io.datahub.ssh.sftp.wire.PacketReader;
import io.datahub.ssh.sftp.wire.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The requests that open files and directories, and those for what is open. Used by one thread at a time. */
final class FileRequests {

    private final Workspace workspace;
    private final FileOpener opener;
    private final Entries entries;
    private final AttributeSetter setter;

    FileRequests(Workspace workspace, Entries entries, AttributeSetter setter) {
        this.workspace = workspace;
        this.entries = entries;
        this.setter = setter;
        opener = new FileOpener(workspace);
    }

    void open(int id, Packet packet, Output output) throws IOException {
        Result<RecordPath> path = ClientPath.parse(packet.text());
        int flags = packet.uint32();
        opened(id, path, output, parsed -> opener.open(parsed, flags));
    }

    void openDirectory(int id, Packet packet, Output output) throws IOException {
        opened(id, ClientPath.parse(packet.text()), output, entries::open);
    }

    /** What opens a handle. */
    private interface Opening {
        Result<? extends Handle> open(RecordPath path) throws IOException;
    }

    private void opened(int id, Result<RecordPath> path, Output output, Opening opening) throws IOException {
        Result<? extends Handle> opened =
                path.isRefused() ? Result.refused(path.refusal().get()) : tryToOpen(path, opening);
        if (opened.isRefused()) {
            output.status(id, Status.of(opened.refusal().get()));
        } else {
            output.handle(id, workspace.handles().add(opened.get()));
        }
    }

    private Result<? extends Handle> tryToOpen(Result<RecordPath> path, Opening opening) throws IOException {
        return workspace.handles().hasRoom()
                ? opening.open(path.get())
                : Result.refused(
                        Reason.TOO_MANY, "the connection has " + Handles.MAX + " open files; close some first");
    }

    Status close(Packet packet) throws IOException {
        Optional<Handle> found = workspace.handles().remove(packet.text());
        if (found.isEmpty()) {
            return Status.of(Handle.UNKNOWN);
        }
        Handle handle = found.get();
        Optional<Refusal> refusal;
        try {
            Result<Handle.Outcome> closed = handle.close();
            refusal = closed.refusal();
            if (refusal.isEmpty()) {
                count(closed.get());
            }
        } finally {
            handle.abandon();
        }
        if (handle instanceof DraftHandle draft) {
            closed(draft.path(), refusal);
        }
        return refusal.map(Status::of).orElse(Status.OK);
    }

    private void closed(RecordPath path, Optional<Refusal> refusal) throws IOException {
        SshSession session = workspace.session();
        if (refusal.isPresent()) {
            workspace.refused().add(session, path, Remover.etag(session.store().stat(session.user(), path)));
            workspace.showRefusal(path, refusal.get());
        } else {
            workspace.handles().closed(path);
        }
    }

    private void count(Handle.Outcome outcome) {
        switch (outcome) {
            case SENT -> workspace.session().count(Protocol.SFTP, TransferMetrics.Result.SENT);
            case STORED -> workspace.session().count(Protocol.SFTP, TransferMetrics.Result.STORED);
            case NOTHING -> {}
        }
    }

    void read(int id, Packet packet, Output output) throws IOException {
        Optional<Handle> handle = workspace.handles().find(packet.text());
        long offset = packet.uint64();
        int length = packet.uint32();
        if (handle.isEmpty()) {
            output.status(id, Status.of(Handle.UNKNOWN));
            return;
        }
        int count = length < 0 || length > PacketReader.MAX_DATA_BYTES ? PacketReader.MAX_DATA_BYTES : length;
        Refusal[] refused = new Refusal[1];
        output.data(
                id,
                count,
                target -> {
                    Result<Integer> read = handle.get().read(offset, target);
                    refused[0] = read.refusal().orElse(null);
                    return refused[0] == null ? read.get() : 0;
                },
                () -> refused[0] == null ? Status.EOF : Status.of(refused[0]));
    }

    Status write(Packet packet) throws IOException {
        Optional<DraftHandle> handle = workspace.handles().find(packet.text(), DraftHandle.class);
        long offset = packet.uint64();
        ByteBuffer bytes = packet.data();
        if (handle.isEmpty()) {
            return Status.of(Handle.UNKNOWN);
        }
        if (offset > Long.MAX_VALUE - bytes.remaining()) {
            return Status.failure("the offset is too large");
        }
        return handle.get().write(offset, bytes).map(Status::of).orElse(Status.OK);
    }

    void list(int id, Packet packet, Output output) throws IOException {
        Optional<DirectoryHandle> handle = workspace.handles().find(packet.text(), DirectoryHandle.class);
        if (handle.isEmpty()) {
            output.status(id, Status.of(Handle.UNKNOWN));
        } else {
            handle.get().list(id, output);
        }
    }

    static void answer(int id, Result<Attributes> found, Output output) {
        if (found.isRefused()) {
            output.status(id, Status.of(found.refusal().get()));
        } else {
            output.attributes(id, found.get()::write);
        }
    }

    void attributes(int id, Packet packet, Output output) {
        answer(
                id,
                workspace
                        .handles()
                        .find(packet.text())
                        .map(handle -> Result.done(handle.attributes()))
                        .orElseGet(() -> Result.refused(Handle.UNKNOWN)),
                output);
    }

    Status setAttributes(Packet packet) throws IOException {
        Optional<Handle> handle = workspace.handles().find(packet.text());
        Attributes attributes = Attributes.read(packet);
        return handle.isEmpty() ? Status.of(Handle.UNKNOWN) : setter.set(handle.get(), attributes);
    }
}
