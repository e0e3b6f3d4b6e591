package io.datahub.store.reconcile;

import io.datahub.api.path.RecordPath;
import io.datahub.records.guard.ReservedPaths;
import io.datahub.records.staging.Disk;
import io.datahub.records.staging.RecordsGoneException;
import io.datahub.store.core.RejectedFiles;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.DirectoryEntry;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reconciles a path, and everything below it if it is, or was, a directory. What can't be read is skipped and counted;
 * what can't be written is postponed until the disk works. Thread-safe.
 */
public final class TreeReconciler {

    private final StoreContext context;
    private final Reconciler reconciler;
    private final UnflushedChanges unflushed;
    private final Postponed postponed;
    private final RejectedFiles rejectedFiles;
    private final UnsupportedFiles unsupported;
    private final UnreadablePaths unreadable;

    public TreeReconciler(
            StoreContext context,
            Reconciler reconciler,
            UnflushedChanges unflushed,
            Postponed postponed,
            RejectedFiles rejectedFiles,
            UnsupportedFiles unsupported,
            UnreadablePaths unreadable) {
        this.context = context;
        this.reconciler = reconciler;
        this.unflushed = unflushed;
        this.postponed = postponed;
        this.rejectedFiles = rejectedFiles;
        this.unsupported = unsupported;
        this.unreadable = unreadable;
    }

    /**
     * Reconciles a path with the disk.
     *
     * @param quiet how long a file must have been unmodified before its change counts
     * @param checkLater called with each path whose change doesn't count yet
     */
    public void reconcile(RecordPath path, Duration quiet, Consumer<RecordPath> checkLater) throws IOException {
        if (ReservedPaths.contain(path)) {
            return;
        }
        try {
            if (path.isRoot()) {
                context.metadata().announcePending();
                rejectedFiles.trim();
            }
            compare(path, quiet, checkLater);
        } catch (InterruptedIOException | RecordsGoneException e) {
            throw e;
        } catch (IOException e) {
            postponed.add(path);
            throw e;
        }
    }

    private void compare(RecordPath path, Duration quiet, Consumer<RecordPath> checkLater) throws IOException {
        if (!path.isRoot() && context.isIndexed(path)) {
            unreadable.remove(path);
            reconcileFormerDirectory(path, quiet, checkLater);
            return; // most notifications are about what the hub itself has written
        }
        Optional<DirectoryEntry> onDisk =
                path.isRoot() ? Optional.of(context.tree().lookUp(path)) : reconcileIfReadable(path, quiet, checkLater);
        if (onDisk.isEmpty()) {
            return;
        }
        if (onDisk.get().isDirectory()) {
            new Scan(context, unsupported, unreadable, path, found -> reconcileIfReadable(found, quiet, checkLater))
                    .run();
            unflushed.await();
        } else {
            reconcileFormerDirectory(path, quiet, checkLater);
            unflushed.removeDurable();
        }
    }

    /** Reconciles a path; empty if it can't be read, so that a scan continues with the other paths. */
    private Optional<DirectoryEntry> reconcileIfReadable(
            RecordPath path, Duration quiet, Consumer<RecordPath> checkLater) throws IOException {
        try {
            DirectoryEntry onDisk = reconciler.reconcile(path, quiet, checkLater);
            if (!onDisk.isDirectory()) {
                unreadable.remove(path);
            }
            return Optional.of(onDisk);
        } catch (IOException e) {
            context.tree().requireRoot();
            if (context.metadata().failure().isPresent()
                    || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            if (Disk.isFull(e)) {
                postponed.add(path);
            } else {
                unreadable.add(path, e);
            }
            return Optional.empty();
        }
    }

    /** Reconciles records below a path that is no longer a directory; they are gone. */
    private void reconcileFormerDirectory(RecordPath path, Duration quiet, Consumer<RecordPath> checkLater)
            throws IOException {
        IndexRange indexed = new IndexRange(context.metadata(), path);
        Optional<RecordPath> below = indexed.next();
        while (below.isPresent()) {
            reconciler.reconcile(below.get(), quiet, checkLater);
            below = indexed.next();
        }
    }
}
