package io.datahub.watcher;

import io.datahub.api.Refusal;
import io.datahub.api.file.FileStat;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that were imported from {@code incoming/}. A program that still has one open continues to write to it,
 * wherever the file was moved: what it writes becomes another version of the record. Each file has a note next to it,
 * so that it is tracked across restarts. Files are deleted after a retention time, the oldest earlier if all files
 * together exceed their size limit or a fraction of the free disk space.
 *
 * <p>Not thread-safe, except {@link #count} and {@link #bytes}.
 */
final class ImportedFiles {

    private static final Logger LOG = LoggerFactory.getLogger(ImportedFiles.class);
    private static final int MAX_FILES = 10_000;

    /** Together the files never take more than this fraction of the free disk space. */
    private static final int FREE_SPACE_DIVISOR = 4;

    private final ImportedDirectory directory;
    private final RefusedFiles rejectedFiles;
    private final FileImporter importer;
    private final Limits limits;
    private final LongSupplier clock;
    private final List<ImportedFile> files = new ArrayList<>();
    private volatile int count;
    private volatile long bytes;

    /**
     * Retention limits.
     *
     * @param quiet how long a file must be unchanged before what was written to it counts
     * @param keepFor how long a file is kept after it was last read
     * @param maxBytes the total size of the files; the newest is always kept
     */
    record Limits(Duration quiet, Duration keepFor, long maxBytes) {}

    /**
     * Loads the files that an earlier run of the hub has kept.
     *
     * @param directory the directory of the files
     * @param clock in nanoseconds, as {@link System#nanoTime}
     */
    ImportedFiles(
            ImportedDirectory directory,
            RefusedFiles rejectedFiles,
            FileImporter importer,
            Limits limits,
            LongSupplier clock)
            throws IOException {
        this.directory = directory;
        this.rejectedFiles = rejectedFiles;
        this.importer = importer;
        this.limits = limits;
        this.clock = clock;
        files.addAll(directory.load(rejectedFiles));
        files.sort(Comparator.comparing(ImportedFile::readAt));
        updateTotals();
    }

    /**
     * Moves a file that was read out of {@code incoming/} and keeps it.
     *
     * @param stampRead the state of the file when it was read
     * @param outcome the outcome of its import
     * @return false if another file had replaced it, which is back in its place
     */
    boolean keep(RecordPath path, Path file, FileStat stampRead, FileImporter.Outcome outcome) throws IOException {
        String sha256 = outcome instanceof FileImporter.Committed committed ? committed.sha256() : "";
        Optional<ImportedFile> moved = directory.moveIn(path, file, stampRead, sha256);
        if (moved.isEmpty()) {
            return true;
        }
        ImportedFile imported = moved.get();
        FileStat now = FileStat.of(directory.fileOf(imported)).orElse(stampRead);
        if (now.key() != stampRead.key()) {
            return !putBack(imported, file);
        }
        files.add(imported);
        if (outcome instanceof FileImporter.Rejected refused) {
            reject(imported, now, refused.refusal());
        } else if (now.hasContentOf(stampRead)) {
            imported.updateStamp(now);
            directory.write(imported);
        }
        updateTotals();
        return true;
    }

    /**
     * Puts back a file that was never read, unless yet another file has taken its place: then it is kept as an earlier
     * version.
     */
    private boolean putBack(ImportedFile imported, Path file) throws IOException {
        try {
            Files.createLink(file, directory.fileOf(imported));
        } catch (IOException | UnsupportedOperationException e) {
            ImportedFile unread = new ImportedFile(
                    imported.name(),
                    imported.path(),
                    imported.location(),
                    ImportedFile.NEVER_READ,
                    "",
                    imported.readAt());
            directory.write(unread);
            files.add(unread);
            return false;
        }
        directory.remove(imported);
        return true;
    }

    /** Imports the unread files of a path, before anything newer is imported. */
    void importUnread(RecordPath path) throws IOException {
        for (ImportedFile imported : List.copyOf(files)) {
            if (imported.isUnread() && imported.path().equals(path)) {
                check(imported, 0);
            }
        }
    }

    /** Checks whether a program has written to any of the files, and deletes those whose retention has ended. */
    void sweep() {
        if (files.isEmpty()) {
            return;
        }
        for (ImportedFile imported : List.copyOf(files)) {
            if (imported.isDue(clock.getAsLong())) {
                try {
                    check(imported, limits.quiet().toNanos());
                } catch (IOException | RuntimeException e) {
                    imported.markUnchanged(clock.getAsLong(), Instant.now());
                    LOG.error(
                            "event=watcher.imported-file.failed path={} file={}",
                            LogText.quoted(imported.path()),
                            LogText.quoted(directory.fileOf(imported)),
                            e);
                }
            }
        }
        evict();
        updateTotals();
    }

    private void check(ImportedFile imported, long quietNanos) throws IOException {
        Optional<FileStat> found = FileStat.of(directory.fileOf(imported));
        if (found.isEmpty()) {
            remove(imported);
            return;
        }
        FileStat now = found.get();
        if (now.isUnchangedSince(imported.stamp())) {
            imported.markUnchanged(clock.getAsLong(), Instant.now());
        } else if (imported.isQuiet(now, clock.getAsLong(), quietNanos)) {
            importChanged(imported, now);
        }
    }

    private void importChanged(ImportedFile imported, FileStat now) throws IOException {
        if (now.size() == imported.stamp().size()
                && imported.sha256().equals(FileImporter.hash(directory.fileOf(imported)))) {
            imported.updateStamp(now);
            directory.write(imported);
            return;
        }
        FileImporter.Outcome outcome = importer.importFile(imported.path(), directory.fileOf(imported), now);
        if (outcome instanceof FileImporter.Committed committed) {
            imported.markRead(now, committed.sha256(), Instant.now());
            directory.write(imported);
            LOG.info(
                    "event=watcher.imported-file.committed path={} cursor={}",
                    LogText.quoted(imported.path()),
                    committed.cursor());
        } else if (outcome instanceof FileImporter.Rejected refused) {
            reject(imported, now, refused.refusal());
        } else {
            imported.retryAfter(clock.getAsLong(), limits.quiet().toNanos());
        }
    }

    private void reject(ImportedFile imported, FileStat stampRead, Refusal refusal) throws IOException {
        Path rejectedCopy = rejectedFiles.keep(directory.fileOf(imported), imported.path());
        String sha256 = FileImporter.hash(directory.fileOf(imported));
        FileStat now = FileStat.of(directory.fileOf(imported)).orElse(stampRead);
        imported.markRead(now.hasContentOf(stampRead) ? now : stampRead, sha256, Instant.now());
        directory.write(imported);
        LOG.warn(
                "event=watcher.incoming-file.refused path={} reason={} copy={}",
                LogText.quoted(imported.path()),
                LogText.quoted(refusal.detail()),
                LogText.quoted(rejectedCopy));
    }

    /** Deletes the files whose retention has ended, and the oldest if there are too many. */
    private void evict() {
        Instant limit = Instant.now().minus(limits.keepFor());
        long totalBytes = files.stream().mapToLong(ImportedFiles::size).sum();
        long surplusBytes = totalBytes - limits.maxBytes();
        long beyondFreeSpace = totalBytes - directory.usableBytes() / FREE_SPACE_DIVISOR;
        int surplusFiles = files.size() - MAX_FILES;
        for (ImportedFile imported : List.copyOf(files)) {
            boolean newest = imported == files.get(files.size() - 1);
            boolean tooMany = beyondFreeSpace > 0 || ((surplusBytes > 0 || surplusFiles > 0) && !newest);
            if ((tooMany || imported.readAt().isBefore(limit)) && evictIfUnchanged(imported)) {
                surplusBytes -= size(imported);
                beyondFreeSpace -= size(imported);
                surplusFiles--;
            }
        }
    }

    private static long size(ImportedFile imported) {
        return Math.max(0, imported.stamp().size());
    }

    /** Deletes a file unless it was modified since it was last read; returns whether it is deleted. */
    private boolean evictIfUnchanged(ImportedFile imported) {
        try {
            if (FileStat.of(directory.fileOf(imported))
                    .filter(now -> !now.isUnchangedSince(imported.stamp()))
                    .isPresent()) {
                return false;
            }
            remove(imported);
            return true;
        } catch (IOException e) {
            LOG.warn(
                    "event=watcher.imported-file.delete-failed file={} reason={}",
                    LogText.quoted(directory.fileOf(imported)),
                    LogText.quoted(e));
            return false;
        }
    }

    private void remove(ImportedFile imported) throws IOException {
        directory.remove(imported);
        files.remove(imported);
    }

    private void updateTotals() {
        count = files.size();
        bytes = files.stream().mapToLong(ImportedFiles::size).sum();
    }

    /** The number of files. */
    int count() {
        return count;
    }

    /** The total size of the files in bytes. */
    long bytes() {
        return bytes;
    }
}
