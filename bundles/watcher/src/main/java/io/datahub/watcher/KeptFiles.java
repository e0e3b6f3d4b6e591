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
 * The files that were ingested from {@code incoming/}. A program that still has one open continues to write to it,
 * wherever the file was moved: what it writes becomes another version of the record. Each file has a note next to it,
 * so that it is tracked across restarts. Files are deleted after a retention time, the oldest earlier if all files
 * together exceed their size limit or a fraction of the free disk space.
 *
 * <p>Not thread-safe, except {@link #count} and {@link #bytes}.
 */
final class KeptFiles {

    private static final Logger LOG = LoggerFactory.getLogger(KeptFiles.class);
    private static final int MAX_FILES = 10_000;

    /** Together the files never take more than this fraction of the free disk space. */
    private static final int FREE_SPACE_DIVISOR = 4;

    private final KeptFolder folder;
    private final RefusedFiles rejectedFiles;
    private final FileImporter importer;
    private final Limits limits;
    private final LongSupplier clock;
    private final List<KeptFile> files = new ArrayList<>();
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
     * @param folder the directory of the files
     * @param clock in nanoseconds, as {@link System#nanoTime}
     */
    KeptFiles(KeptFolder folder, RefusedFiles rejectedFiles, FileImporter importer, Limits limits, LongSupplier clock)
            throws IOException {
        this.folder = folder;
        this.rejectedFiles = rejectedFiles;
        this.importer = importer;
        this.limits = limits;
        this.clock = clock;
        files.addAll(folder.load(rejectedFiles));
        files.sort(Comparator.comparing(KeptFile::readAt));
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
        Optional<KeptFile> ingested = folder.moveIn(path, file, stampRead, sha256);
        if (ingested.isEmpty()) {
            return true;
        }
        KeptFile kept = ingested.get();
        FileStat now = FileStat.of(folder.fileOf(kept)).orElse(stampRead);
        if (now.key() != stampRead.key()) {
            return !putBack(kept, file);
        }
        files.add(kept);
        if (outcome instanceof FileImporter.Rejected refused) {
            reject(kept, now, refused.refusal());
        } else if (now.hasContentOf(stampRead)) {
            kept.updateStamp(now);
            folder.write(kept);
        }
        updateTotals();
        return true;
    }

    /**
     * Puts back a file that was never read, unless yet another file has taken its place: then it is kept as an earlier
     * version.
     */
    private boolean putBack(KeptFile kept, Path file) throws IOException {
        try {
            Files.createLink(file, folder.fileOf(kept));
        } catch (IOException | UnsupportedOperationException e) {
            KeptFile unread =
                    new KeptFile(kept.name(), kept.path(), kept.location(), KeptFile.NEVER_READ, "", kept.readAt());
            folder.write(unread);
            files.add(unread);
            return false;
        }
        folder.remove(kept);
        return true;
    }

    /** Imports the unread files of a path, before anything newer is imported. */
    void importUnread(RecordPath path) throws IOException {
        for (KeptFile kept : List.copyOf(files)) {
            if (kept.isUnread() && kept.path().equals(path)) {
                check(kept, 0);
            }
        }
    }

    /** Checks whether a program has written to any of the files, and deletes those whose retention has ended. */
    void sweep() {
        if (files.isEmpty()) {
            return;
        }
        for (KeptFile kept : List.copyOf(files)) {
            if (kept.isDue(clock.getAsLong())) {
                try {
                    check(kept, limits.quiet().toNanos());
                } catch (IOException | RuntimeException e) {
                    kept.markUnchanged(clock.getAsLong(), Instant.now());
                    LOG.error(
                            "event=watcher.kept-file.failed path={} file={}",
                            LogText.quoted(kept.path()),
                            LogText.quoted(folder.fileOf(kept)),
                            e);
                }
            }
        }
        evict();
        updateTotals();
    }

    private void check(KeptFile kept, long quietNanos) throws IOException {
        Optional<FileStat> found = FileStat.of(folder.fileOf(kept));
        if (found.isEmpty()) {
            remove(kept);
            return;
        }
        FileStat now = found.get();
        if (now.isUnchangedSince(kept.stamp())) {
            kept.markUnchanged(clock.getAsLong(), Instant.now());
        } else if (kept.isQuiet(now, clock.getAsLong(), quietNanos)) {
            importChanged(kept, now);
        }
    }

    private void importChanged(KeptFile kept, FileStat now) throws IOException {
        if (now.size() == kept.stamp().size() && kept.sha256().equals(FileImporter.hash(folder.fileOf(kept)))) {
            kept.updateStamp(now);
            folder.write(kept);
            return;
        }
        FileImporter.Outcome outcome = importer.importFile(kept.path(), folder.fileOf(kept), now);
        if (outcome instanceof FileImporter.Committed committed) {
            kept.markRead(now, committed.sha256(), Instant.now());
            folder.write(kept);
            LOG.info(
                    "event=watcher.kept-file.committed path={} cursor={}",
                    LogText.quoted(kept.path()),
                    committed.cursor());
        } else if (outcome instanceof FileImporter.Rejected refused) {
            reject(kept, now, refused.refusal());
        } else {
            kept.retryAfter(clock.getAsLong(), limits.quiet().toNanos());
        }
    }

    private void reject(KeptFile kept, FileStat stampRead, Refusal refusal) throws IOException {
        Path rejectedCopy = rejectedFiles.keep(folder.fileOf(kept), kept.path());
        String sha256 = FileImporter.hash(folder.fileOf(kept));
        FileStat now = FileStat.of(folder.fileOf(kept)).orElse(stampRead);
        kept.markRead(now.hasContentOf(stampRead) ? now : stampRead, sha256, Instant.now());
        folder.write(kept);
        LOG.warn(
                "event=watcher.incoming-file.refused path={} reason={} copy={}",
                LogText.quoted(kept.path()),
                LogText.quoted(refusal.detail()),
                LogText.quoted(rejectedCopy));
    }

    /** Deletes the files whose retention has ended, and the oldest if there are too many. */
    private void evict() {
        Instant limit = Instant.now().minus(limits.keepFor());
        long totalBytes = files.stream().mapToLong(KeptFiles::size).sum();
        long surplusBytes = totalBytes - limits.maxBytes();
        long beyondFreeSpace = totalBytes - folder.usableBytes() / FREE_SPACE_DIVISOR;
        int surplusFiles = files.size() - MAX_FILES;
        for (KeptFile kept : List.copyOf(files)) {
            boolean newest = kept == files.get(files.size() - 1);
            boolean tooMany = beyondFreeSpace > 0 || ((surplusBytes > 0 || surplusFiles > 0) && !newest);
            if ((tooMany || kept.readAt().isBefore(limit)) && evictIfUnchanged(kept)) {
                surplusBytes -= size(kept);
                beyondFreeSpace -= size(kept);
                surplusFiles--;
            }
        }
    }

    private static long size(KeptFile kept) {
        return Math.max(0, kept.stamp().size());
    }

    /** Deletes a file unless it was modified since it was last read; returns whether it is deleted. */
    private boolean evictIfUnchanged(KeptFile kept) {
        try {
            if (FileStat.of(folder.fileOf(kept))
                    .filter(now -> !now.isUnchangedSince(kept.stamp()))
                    .isPresent()) {
                return false;
            }
            remove(kept);
            return true;
        } catch (IOException e) {
            LOG.warn(
                    "event=watcher.kept-file.delete-failed file={} reason={}",
                    LogText.quoted(folder.fileOf(kept)),
                    LogText.quoted(e));
            return false;
        }
    }

    private void remove(KeptFile kept) throws IOException {
        folder.remove(kept);
        files.remove(kept);
    }

    private void updateTotals() {
        count = files.size();
        bytes = files.stream().mapToLong(KeptFiles::size).sum();
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
