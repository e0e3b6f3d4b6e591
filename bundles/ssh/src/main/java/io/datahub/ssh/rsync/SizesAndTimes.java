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
 * whole. The files of the store can't be used for that, since they have the times at which they were stored.
 */
final class SizesAndTimes {

    /** Files beyond this number are compared by their content, if at all. */
    private static final int MAX_FILES = 200_000;

    private final Path root;
    private final boolean all;
    private int count;

    /**
     * Creates none yet.
     *
     * @param root the directory for them
     * @param all whether also for records without a time of a client, which have the time at which they were stored
     */
    SizesAndTimes(Path root, boolean all) {
        this.root = root;
        this.all = all;
    }

    /** Adds what is in a directory. */
    void addBelow(VisibleRecords records, RecordPath directory, boolean recursive) throws IOException {
        Files.createDirectories(directory.under(root));
        records.visit(directory, recursive, this::add);
    }

    /** Adds one record or directory, whose parent exists. */
    boolean add(RecordPath path, Listing.Entry entry) throws IOException {
        Path file = path.under(root);
        if (entry.directory()) {
            Files.createDirectory(file);
        } else if (entry.etag().isPresent() && (all || entry.clientModified().isPresent())) {
            try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
                sparse.setLength(entry.size());
            }
            Instant time = entry.clientModified().orElse(entry.modified());
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
