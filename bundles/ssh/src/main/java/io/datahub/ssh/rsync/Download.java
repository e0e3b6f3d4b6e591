package io.datahub.ssh.rsync;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.record.Reading;
import io.datahub.ssh.rsync.ReadableFiles.Part;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A tree of what the user may read, which the program sends. Its files are links, which the program follows: to those of
 * the store; where there are none, to copies.
 */
final class Download {

    private static final int BUFFER_BYTES = 1 << 18;

    /** What isn't covered by these parts is copied: the program is started slowly with more. */
    private static final int MAX_PARTS = 200;

    private final Path tree;
    private final Path copies;
    private final Predicate<RecordPath> room;
    private final VisibleRecords records;
    private final Optional<ReadableFiles> files;
    private final List<Part> parts = new ArrayList<>();
    private final BooleanSupplier isCancelled;
    private final long minFreeBytes;
    private Optional<Refusal> refusal = Optional.empty();
    private boolean full;
    private long copied;
    private final Map<Path, Instant> directories = new LinkedHashMap<>();

    /**
     * Begins with an empty tree.
     *
     * @param tree the directory for the tree
     * @param room whether the tree has room for the entry of a path
     * @param copies the directory for copies
     * @param files the store's directory, if it has one
     * @param isCancelled whether the client has disconnected
     * @param minFreeBytes what copies have to leave free on their disk
     */
    Download(
            Path tree,
            Predicate<RecordPath> room,
            Path copies,
            VisibleRecords records,
            Optional<ReadableFiles> files,
            BooleanSupplier isCancelled,
            long minFreeBytes) {
        this.tree = tree;
        this.room = room;
        this.copies = copies;
        this.records = records;
        this.files = files;
        this.isCancelled = isCancelled;
        this.minFreeBytes = minFreeBytes;
    }

    /**
     * Adds what is at a path; nothing if there is nothing that the user may read, which the program then reports.
     *
     * @return whether to go on: not if the client has disconnected, or if there is a refusal
     */
    boolean add(RecordPath path, boolean recursive) throws IOException {
        Optional<Listing.Entry> entry = records.at(path);
        if (entry.isEmpty()) {
            return !isCancelled.getAsBoolean();
        }
        List<Part> readable = files.isPresent() ? files.get().below(path) : List.of();
        readable.stream()
                .filter(part -> parts.size() < MAX_PARTS && !covers(part.path()))
                .forEach(parts::add);
        Files.createDirectories(path.parent().under(tree));
        return add(path, entry.get()) && (!entry.get().directory() || records.visit(path, recursive, this::add));
    }

    /** Why there is no download. */
    Optional<Refusal> refusal() {
        return refusal;
    }

    /** Whether the tree had no room for an entry. */
    boolean isFull() {
        return full;
    }

    /** Gives the directories their times; called last. */
    void finish() throws IOException {
        for (Map.Entry<Path, Instant> directory : directories.entrySet()) {
            Files.setLastModifiedTime(directory.getKey(), FileTime.from(directory.getValue()));
        }
    }

    /** Makes the tree visible to the program, and what its links lead to. */
    void show(Sandbox sandbox) {
        sandbox.reading(tree, Sandbox.SENT).reading(copies, Sandbox.COPIES).in(Sandbox.SENT);
        parts.forEach(part -> sandbox.reading(part.from(), part.path().under(Sandbox.RECORDS)));
    }

    private boolean add(RecordPath path, Listing.Entry entry) throws IOException {
        Path file = path.under(tree);
        if (!room.test(path)) {
            full = true;
        } else if (entry.directory()) {
            Files.createDirectories(file);
            directories.put(file, entry.modified());
        } else if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            if (covers(path)) {
                Files.createSymbolicLink(file, path.under(Sandbox.RECORDS));
            } else {
                Path copy = Path.of(Long.toString(copied++));
                if (copy(path, copies.resolve(copy), entry.size())) {
                    Files.createSymbolicLink(file, Sandbox.COPIES.resolve(copy));
                }
            }
        }
        return !full && refusal.isEmpty() && !isCancelled.getAsBoolean();
    }

    private boolean covers(RecordPath path) {
        return parts.stream().anyMatch(part -> part.covers(path));
    }

    /** Copies a record; false if there is none any more, no room for it, or nobody who waits for it. */
    private boolean copy(RecordPath path, Path file, long size) throws IOException {
        if (Files.getFileStore(copies).getUsableSpace() - size < minFreeBytes) {
            refusal = Optional.of(new Refusal(
                    Reason.TOO_LARGE,
                    "the hub would have to copy more files than it has room for; name a directory or fewer files"));
            return false;
        }
        Result<Reading> opened = records.store().open(records.user(), path);
        if (opened.refusal().isPresent()) {
            if (opened.refusal().get().reason() == Reason.NOT_FOUND) {
                return false; // it was deleted meanwhile
            }
            throw new IOException(
                    path + " can't be read: " + opened.refusal().get().detail());
        }
        try (Reading reading = opened.get();
                InputStream bytes = reading.stream()) {
            if (!copy(bytes, file)) {
                return false;
            }
            Instant time =
                    reading.version().clientModified().orElse(reading.version().modified());
            Files.setLastModifiedTime(file, FileTime.from(time));
            return true;
        }
    }

    /** Copies unless the client disconnects meanwhile. */
    private boolean copy(InputStream bytes, Path file) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (OutputStream out = Files.newOutputStream(file)) {
            int count = bytes.read(buffer);
            while (count >= 0 && !isCancelled.getAsBoolean()) {
                out.write(buffer, 0, count);
                count = bytes.read(buffer);
            }
            return count < 0;
        }
    }
}
