package io.datahub.ssh.rsync;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Empty files that have the sizes and times of records, in sparse form. rsync takes a file of the same size and time for
 * unchanged, so it doesn't transfer it; for any other it finds the bytes of the record elsewhere, or transfers it as a
 * whole. They are only needed for records whose files have another time than the client's, as it was set later, or that
 * are no files on this disk.
 */
final class SizesAndTimes {

    /** Files beyond this number are compared by their content, if at all. */
    private static final int MAX_FILES = 200_000;

    private final Path root;
    private final Found found;
    private int count;

    /** Tells which records need no file here. */
    interface Found {

        /**
         * Whether the program finds the record's own file, which has this time.
         *
         * @param path the record
         * @param time the time, of which only the seconds matter
         */
        boolean isFound(RecordPath path, Instant time) throws IOException;
    }

    /**
     * Creates none yet.
     *
     * @param root the directory for them
     */
    SizesAndTimes(Path root, Found found) {
        this.root = root;
        this.found = found;
    }

    /** Adds what is in a directory. */
    void addBelow(VisibleRecords records, RecordPath directory, boolean recursive) throws IOException {
        Files.createDirectories(directory.under(root));
        records.visit(directory, recursive, this::add);
    }

    /** Adds one record or directory, whose parent exists. */
    boolean add(RecordPath path, Listing.Entry entry) throws IOException {
        Path file = path.under(root);
        Instant time = entry.clientModified().orElse(entry.modified());
        if (entry.directory()) {
            Files.createDirectory(file);
        } else if (entry.etag().isPresent() && !found.isFound(path, time)) {
            try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
                sparse.setLength(entry.size());
            }
            Files.setLastModifiedTime(file, FileTime.from(time));
            count++;
        }
        return count < MAX_FILES;
    }

    /**
     * Whether a file has the size and, to the second, the time of a record. rsync then copies it instead of transferring
     * it, if only attributes differ that the hub doesn't keep.
     */
    boolean isUnchanged(RecordPath path, BasicFileAttributes file) throws IOException {
        if (count == 0) {
            return false;
        }
        try {
            BasicFileAttributes known =
                    Files.readAttributes(path.under(root), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return known.isRegularFile() && known.size() == file.size() && seconds(known) == seconds(file);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static long seconds(BasicFileAttributes file) {
        return file.lastModifiedTime().to(TimeUnit.SECONDS);
    }
}
