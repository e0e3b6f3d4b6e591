package io.datahub.watcher;

import io.datahub.api.Refusal;
import io.datahub.api.record.RecordPath;
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
 * The files that were taken out of {@code incoming/}. A program that had one open still writes to it, wherever it was moved:
 * what it writes becomes another version of the record. Each has a note beside it, so that a restart forgets none. They are let
 * go after a while, the oldest earlier where they take more room than they may, or than is left on the disk.
 *
 * <p>For one thread at a time, but for {@link #count} and {@link #bytes}.
 */
final class KeptFiles {

    private static final Logger LOG = LoggerFactory.getLogger(KeptFiles.class);
    private static final int MOST_FILES = 10_000;

    /** Together they never take more than this part of the room that is left on the disk. */
    private static final int PART_OF_ROOM = 4;

    private final KeptFolder folder;
    private final RejectedArrivals rejected;
    private final Delivery delivery;
    private final Limits limits;
    private final LongSupplier clock;
    private final List<KeptFile> files = new ArrayList<>();
    private volatile int count;
    private volatile long bytes;

    /**
     * How long and how many.
     *
     * @param quiet how long one must have rested before what was written to it counts
     * @param keepFor how long one is kept after it was last read
     * @param maxBytes how large they may be together; the newest is kept in any case
     */
    record Limits(Duration quiet, Duration keepFor, long maxBytes) {}

    /**
     * Takes over what an earlier run of the hub has kept.
     *
     * @param folder where they are
     * @param clock in nanoseconds, as {@link System#nanoTime}
     */
    KeptFiles(KeptFolder folder, RejectedArrivals rejected, Delivery delivery, Limits limits, LongSupplier clock)
            throws IOException {
        this.folder = folder;
        this.rejected = rejected;
        this.delivery = delivery;
        this.limits = limits;
        this.clock = clock;
        files.addAll(folder.load(rejected));
        files.sort(Comparator.comparing(KeptFile::at));
        measure();
    }

    /**
     * Takes a file away that was read, and keeps it.
     *
     * @param read how it looked when it was read
     * @param outcome what came of it
     * @return false if another file had come into its place, which is there again
     */
    boolean keep(RecordPath path, Path file, Stamp read, Delivery.Outcome outcome) throws IOException {
        String sha256 = outcome instanceof Delivery.Committed committed ? committed.sha256() : "";
        Optional<KeptFile> moved = folder.take(path, file, read, sha256);
        if (moved.isEmpty()) {
            return true;
        }
        KeptFile kept = moved.get();
        Stamp now = Stamp.of(folder.at(kept)).orElse(read);
        if (now.key() != read.key()) {
            return !isPutBack(kept, file);
        }
        files.add(kept);
        if (outcome instanceof Delivery.Refused refused) {
            reject(kept, now, refused.refusal());
        } else if (now.hasBytesOf(read)) {
            kept.looksLike(now);
            folder.write(kept);
        }
        measure();
        return true;
    }

    /** Puts a file back that nobody has read, unless still another one has come there: then it is a version before that one. */
    private boolean isPutBack(KeptFile kept, Path file) throws IOException {
        try {
            Files.createLink(file, folder.at(kept));
        } catch (IOException | UnsupportedOperationException e) {
            KeptFile unread = new KeptFile(kept.name(), kept.path(), kept.place(), Stamp.NONE, "", kept.at());
            folder.write(unread);
            files.add(unread);
            return false;
        }
        folder.remove(kept);
        return true;
    }

    /** Delivers what came to a path and was never read, before anything newer is. */
    void deliverEarlier(RecordPath path) throws IOException {
        for (KeptFile kept : List.copyOf(files)) {
            if (kept.isUndelivered() && kept.path().equals(path)) {
                look(kept, 0);
            }
        }
    }

    /** Looks whether somebody has written to one of them, and lets go of those that needn't be kept any more. */
    void sweep() {
        if (files.isEmpty()) {
            return;
        }
        for (KeptFile kept : List.copyOf(files)) {
            if (kept.isDue(clock.getAsLong())) {
                try {
                    look(kept, limits.quiet().toNanos());
                } catch (IOException | RuntimeException e) {
                    kept.unchanged(clock.getAsLong(), Instant.now());
                    LOG.error("incoming=failed path=\"{}\" kept=\"{}\"", kept.path(), folder.at(kept), e);
                }
            }
        }
        release();
        measure();
    }

    private void look(KeptFile kept, long quietNanos) throws IOException {
        Optional<Stamp> found = Stamp.of(folder.at(kept));
        if (found.isEmpty()) {
            forget(kept);
            return;
        }
        Stamp now = found.get();
        if (now.equals(kept.stamp())) {
            kept.unchanged(clock.getAsLong(), Instant.now());
        } else if (kept.isRested(now, clock.getAsLong(), quietNanos)) {
            changed(kept, now);
        }
    }

    private void changed(KeptFile kept, Stamp now) throws IOException {
        if (now.size() == kept.stamp().size() && kept.sha256().equals(Delivery.hash(folder.at(kept)))) {
            kept.looksLike(now);
            folder.write(kept);
            return;
        }
        Delivery.Outcome outcome = delivery.deliver(kept.path(), folder.at(kept), now);
        if (outcome instanceof Delivery.Committed committed) {
            kept.read(now, committed.sha256(), Instant.now());
            folder.write(kept);
            LOG.info("incoming=written-on path=\"{}\" cursor={}", kept.path(), committed.cursor());
        } else if (outcome instanceof Delivery.Refused refused) {
            reject(kept, now, refused.refusal());
        } else {
            kept.later(clock.getAsLong(), limits.quiet().toNanos());
        }
    }

    private void reject(KeptFile kept, Stamp read, Refusal refusal) throws IOException {
        Path aside = rejected.keep(folder.at(kept), kept.path());
        String sha256 = Delivery.hash(folder.at(kept));
        Stamp now = Stamp.of(folder.at(kept)).orElse(read);
        kept.read(now.hasBytesOf(read) ? now : read, sha256, Instant.now());
        folder.write(kept);
        LOG.warn("incoming=refused path=\"{}\" reason=\"{}\" kept=\"{}\"", kept.path(), refusal.detail(), aside);
    }

    /** Lets go of those that were kept for long enough, and of the oldest where they are too many. */
    private void release() {
        Instant limit = Instant.now().minus(limits.keepFor());
        long all = files.stream().mapToLong(KeptFiles::size).sum();
        long surplus = all - limits.maxBytes();
        long beyondRoom = all - folder.usableBytes() / PART_OF_ROOM;
        int surplusFiles = files.size() - MOST_FILES;
        for (KeptFile kept : List.copyOf(files)) {
            boolean newest = kept == files.get(files.size() - 1);
            boolean tooMany = beyondRoom > 0 || ((surplus > 0 || surplusFiles > 0) && !newest);
            if ((tooMany || kept.at().isBefore(limit)) && isReleased(kept)) {
                surplus -= size(kept);
                beyondRoom -= size(kept);
                surplusFiles--;
            }
        }
    }

    private static long size(KeptFile kept) {
        return Math.max(0, kept.stamp().size());
    }

    /** Lets go of a file to which nobody has written since. */
    private boolean isReleased(KeptFile kept) {
        try {
            if (Stamp.of(folder.at(kept))
                    .filter(now -> !now.equals(kept.stamp()))
                    .isPresent()) {
                return false;
            }
            forget(kept);
            return true;
        } catch (IOException e) {
            LOG.warn("incoming=unreleased kept=\"{}\" cause=\"{}\"", folder.at(kept), e.toString());
            return false;
        }
    }

    private void forget(KeptFile kept) throws IOException {
        folder.remove(kept);
        files.remove(kept);
    }

    private void measure() {
        count = files.size();
        bytes = files.stream().mapToLong(KeptFiles::size).sum();
    }

    /** How many there are. */
    int count() {
        return count;
    }

    /** How large they are together, in bytes. */
    long bytes() {
        return bytes;
    }
}
