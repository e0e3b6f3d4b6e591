package io.datahub.ssh.rsync;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Set;

/**
 * Empty files that have the sizes and times of records, in sparse form. rsync takes a file of the same size and time for
 * unchanged, so it doesn't transfer it; for any other it finds the bytes of the record elsewhere, or transfers it as a
 * whole. They are only needed for records whose files have another time than the client's, as it was set later, or that
 * are no files on this disk.
 *
 * <p>Nobody may read them, so that the program can't copy them, whatever the client's options are: it copies a file of
 * the same size and time if other attributes differ, and the copy would be a record of zeros.
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
            Files.setPosixFilePermissions(file, Set.of());
            count++;
        }
        return count < MAX_FILES;
    }
}
