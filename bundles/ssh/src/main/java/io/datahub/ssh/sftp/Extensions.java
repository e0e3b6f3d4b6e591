package io.datahub.ssh.sftp;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.StorageSpace;
import io.datahub.ssh.session.ClientPath;
import io.datahub.ssh.sftp.file.DraftHandle;
import io.datahub.ssh.sftp.file.Handle;
import io.datahub.ssh.sftp.wire.Attributes;
import io.datahub.ssh.sftp.wire.Output;
import io.datahub.ssh.sftp.wire.Packet;
import io.datahub.ssh.sftp.wire.Status;
import java.io.IOException;
import java.util.Optional;

/** The extensions that OpenSSH's file PROTOCOL describes. Used by one thread at a time. */
final class Extensions {

    private static final int BLOCK_BYTES = 4_096;
    /** For a header next to the data. */
    private static final int PACKET_OVERHEAD = 1 << 10;

    private static final int MAX_NAME_BYTES = 255;

    /** What is shown where there is no limit; clients compute with the number of bytes. */
    private static final long UNLIMITED_BLOCKS = (1L << 60) / BLOCK_BYTES;

    private static final String[] ADVERTISED = {
        "posix-rename@openssh.com", "1",
        "statvfs@openssh.com", "2",
        "fstatvfs@openssh.com", "2",
        "fsync@openssh.com", "1",
        "lsetstat@openssh.com", "1",
        "limits@openssh.com", "1",
        "expand-path@openssh.com", "1",
        "copy-data", "1",
    };

    private final Workspace workspace;
    private final Renamer renamer;
    private final AttributeSetter setter;
    private Optional<DataCopy> copying = Optional.empty();

    Extensions(Workspace workspace, Renamer renamer, AttributeSetter setter) {
        this.workspace = workspace;
        this.renamer = renamer;
        this.setter = setter;
    }

    /** Names and versions by turns. */
    static String[] advertised() {
        return ADVERTISED.clone();
    }

    /** Answers an extended request. */
    void handle(int id, Packet packet, Output output) throws IOException {
        String name = packet.text();
        switch (name) {
            case "limits@openssh.com" -> limits(id, output);
            case "statvfs@openssh.com" -> space(id, ClientPath.parse(packet.text()), output);
            case "fstatvfs@openssh.com" -> fileSpace(id, packet, output);
            case "expand-path@openssh.com" -> Entries.canonicalize(id, packet.text(), output);
            case "copy-data" -> copy(id, packet, output);
            default -> output.status(id, status(name, packet));
        }
    }

    private Status status(String name, Packet packet) throws IOException {
        return switch (name) {
            case "posix-rename@openssh.com" -> rename(packet);
            case "fsync@openssh.com" -> sync(packet);
            case "lsetstat@openssh.com" -> setAttributes(packet);
            case "hardlink@openssh.com" -> Status.NO_LINKS;
            default -> Status.unsupported("the hub doesn't have this extension");
        };
    }

    private Status rename(Packet packet) throws IOException {
        Result<RecordPath> from = ClientPath.parse(packet.text());
        Result<RecordPath> to = ClientPath.parse(packet.text());
        return from.isRefused() || to.isRefused()
                ? Status.of(from.refusal().or(to::refusal).get())
                : renamer.rename(from.get(), to.get(), true);
    }

    private Status setAttributes(Packet packet) throws IOException {
        Result<RecordPath> path = ClientPath.parse(packet.text());
        Attributes attributes = Attributes.read(packet);
        return path.isRefused() ? Status.of(path.refusal().get()) : setter.set(path.get(), attributes);
    }

    private Status sync(Packet packet) throws IOException {
        Optional<Handle> handle = workspace.handles().find(packet.text());
        if (handle.isEmpty()) {
            return Status.of(Handle.UNKNOWN);
        }
        Optional<Refusal> refusal = handle.get() instanceof DraftHandle draft ? draft.sync() : Optional.empty();
        return refusal.map(Status::of).orElse(Status.OK);
    }

    private static void limits(int id, Output output) {
        output.extended(id, fields -> {
            fields.int64(output.maxData() + PACKET_OVERHEAD);
            fields.int64(output.maxData());
            fields.int64(output.maxData());
            fields.int64(Handles.MAX);
        });
    }

    private void fileSpace(int id, Packet packet, Output output) throws IOException {
        Optional<Handle> handle = workspace.handles().find(packet.text());
        space(id, handle.map(open -> Result.done(open.path())).orElseGet(() -> Result.refused(Handle.UNKNOWN)), output);
    }

    private void space(int id, Result<RecordPath> path, Output output) throws IOException {
        Result<StorageSpace> found = path.isRefused()
                ? Result.refused(path.refusal().get())
                : workspace.session().store().space(workspace.session().user(), path.get());
        if (found.isRefused()) {
            output.status(id, Status.of(found.refusal().get()));
            return;
        }
        StorageSpace space = found.get();
        output.extended(id, fields -> {
            fields.int64(BLOCK_BYTES);
            fields.int64(BLOCK_BYTES);
            fields.int64(Math.min(UNLIMITED_BLOCKS, space.totalBytes() / BLOCK_BYTES));
            fields.int64(Math.min(UNLIMITED_BLOCKS, space.freeBytes() / BLOCK_BYTES));
            fields.int64(Math.min(UNLIMITED_BLOCKS, space.freeBytes() / BLOCK_BYTES));
            fields.int64(Math.min(UNLIMITED_BLOCKS, space.totalFiles()));
            fields.int64(Math.min(UNLIMITED_BLOCKS, space.freeFiles()));
            fields.int64(Math.min(UNLIMITED_BLOCKS, space.freeFiles()));
            fields.int64(0); // file system
            fields.int64(0); // flags
            fields.int64(MAX_NAME_BYTES);
        });
    }

    /** Begins to copy between files that are open. */
    private void copy(int id, Packet packet, Output output) throws IOException {
        Optional<Handle> source = workspace.handles().find(packet.text());
        long from = packet.uint64();
        long length = packet.uint64();
        Optional<DraftHandle> target = workspace.handles().find(packet.text(), DraftHandle.class);
        long to = packet.uint64();
        if (source.isEmpty() || target.isEmpty() || source.get() == target.get()) {
            output.status(id, Status.of(Handle.UNKNOWN));
            return;
        }
        copying = Optional.of(
                new DataCopy(id, source.get(), from, length == 0 ? Long.MAX_VALUE : length, target.get(), to));
        proceed(output);
    }

    /** The copy that isn't completed yet. */
    Optional<DataCopy> copying() {
        return copying;
    }

    /** Goes on with the copy, and answers the request once it is completed or has failed. */
    void proceed(Output output) throws IOException {
        DataCopy copy = copying.get();
        Optional<Status> answer = Optional.empty();
        boolean failed = true;
        try {
            answer = copy.proceed(workspace.session());
            failed = false;
        } finally {
            if (failed || answer.isPresent()) {
                copying = Optional.empty();
            }
        }
        answer.ifPresent(status -> output.status(copy.id(), status));
    }
}
