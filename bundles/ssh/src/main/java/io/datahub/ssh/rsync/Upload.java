package io.datahub.ssh.rsync;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.user.User;
import io.datahub.ssh.rsync.ReadableFiles.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where an upload goes, and what the program compares it with. The directory that it receives into is empty but for the
 * parents of the target; records are found in directories that it compares with.
 */
final class Upload {

    private final SessionFolder folder;
    private final VisibleRecords records;
    private final RsyncRequest request;
    private final RsyncPath target;
    private final Optional<ReadableFiles> files;
    private final SizesAndTimes times;
    private final List<Path> compared = new ArrayList<>();
    private List<Part> parts = List.of();

    private Upload(
            SessionFolder folder,
            VisibleRecords records,
            RsyncRequest request,
            RsyncPath target,
            Optional<ReadableFiles> files) {
        this.folder = folder;
        this.records = records;
        this.request = request;
        this.target = target;
        this.files = files;
        times = new SizesAndTimes(folder.times(), this::isFound);
    }

    /** Why a user can't upload anything to a path. */
    static Optional<Refusal> refuse(User user, RsyncPath target) {
        RecordPath path = target.path();
        boolean granted = user.mayCreateIn(path) || (!target.isDirectory() && user.mayCreate(path));
        return granted
                ? Optional.empty()
                : Optional.of(
                        new Refusal(Reason.FORBIDDEN, "you have no grant to create or replace anything at /" + path));
    }

    /**
     * Prepares an upload.
     *
     * @param files the store's directory, if it has one
     */
    static Upload prepare(
            SessionFolder folder,
            VisibleRecords records,
            Optional<ReadableFiles> files,
            RsyncRequest request,
            RsyncPath target)
            throws IOException {
        Upload upload = new Upload(folder, records, request, target, files);
        Optional<Listing.Entry> present = records.at(target.path());
        boolean isDirectory =
                target.isDirectory() || present.filter(Listing.Entry::directory).isPresent();
        Files.createDirectories((isDirectory ? target.path() : target.path().parent()).under(folder.received()));
        if (present.isPresent()) {
            upload.compare(present.get());
        }
        return upload;
    }

    private void compare(Listing.Entry present) throws IOException {
        RecordPath directory =
                present.directory() ? target.path() : target.path().parent();
        if (files.isPresent()) {
            parts = files.get().below(target.path());
            if (!parts.isEmpty()) {
                compared.add(directory.under(Sandbox.RECORDS));
            }
        }
        if (!request.comparesContent() && !request.keepsExtendedAttributes()) {
            Files.createDirectories(directory.under(folder.times()));
            if (present.directory()) {
                times.addBelow(records, directory, request.isRecursive());
            } else {
                times.add(target.path(), present);
            }
            compared.add(directory.under(Sandbox.TIMES));
        }
    }

    private boolean isFound(RecordPath path, Instant time) throws IOException {
        return parts.stream().anyMatch(part -> part.covers(path))
                && files.orElseThrow().hasTime(path, time);
    }

    /** Whether a directory was made for the transfer, and isn't the client's. */
    boolean isPrepared(RecordPath path) {
        return path.equals(target.path()) || target.path().isBelow(path);
    }

    /** Whether a directory exists, as far as the user may see it. */
    boolean isKnownDirectory(RecordPath path) throws IOException {
        return records.at(path).filter(Listing.Entry::directory).isPresent();
    }

    /** The command that receives. */
    List<String> command(RsyncProgram.Found program) throws IOException {
        Sandbox sandbox = program.sandbox()
                .writing(folder.written(), Sandbox.WRITTEN)
                .reading(folder.times(), Sandbox.TIMES)
                .in(Sandbox.RECEIVED);
        parts.forEach(part -> sandbox.reading(part.from(), part.path().under(Sandbox.RECORDS)));
        List<String> arguments = new ArrayList<>(List.of("--server"));
        arguments.addAll(request.options());
        arguments.add("--temp-dir=" + Sandbox.UNFINISHED);
        arguments.add("--chmod=D0700,F0600");
        arguments.add("--no-super");
        // ACLs turn it on, on this side only: the program would copy each unchanged file whose mode is another one.
        arguments.add("--no-perms");
        if (parts.isEmpty()) {
            arguments.add("--whole-file"); // there are no bytes to compare with
        }
        // Without -o or -g, these would turn it on, on this side only.
        if (request.keepsOwner()) {
            arguments.add("--usermap=*:" + Files.getAttribute(folder.written(), "unix:uid"));
        }
        if (request.keepsGroup()) {
            arguments.add("--groupmap=*:" + Files.getAttribute(folder.written(), "unix:gid"));
        }
        compared.forEach(each -> arguments.add("--compare-dest=" + each));
        arguments.add(".");
        arguments.add(target.written());
        return program.run(sandbox, arguments);
    }
}
