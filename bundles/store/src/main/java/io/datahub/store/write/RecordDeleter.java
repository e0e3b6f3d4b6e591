package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.WriteRequest;
import io.datahub.records.change.Audit;
import io.datahub.records.guard.WriteGuard;
import io.datahub.records.staging.Disk;
import io.datahub.records.staging.IoErrors;
import io.datahub.store.core.FailPoints.Step;
import io.datahub.store.core.InFlightRenames;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.PathLocks;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.metadata.CommitFuture;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.Intent;
import io.datahub.store.metadata.LastGoodCopyEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes records: writes the intent, unlinks, flushes the directory, updates the index. On a full disk it unlinks
 * without the intent, since that frees space. Thread-safe.
 */
final class RecordDeleter {

    private static final Logger LOG = LoggerFactory.getLogger(RecordDeleter.class);

    private final StoreContext context;
    private final WriteGuard guard;
    private final IndexWriter indexWriter;
    private final LastGoodVersions lastGoodVersions;
    private final Consumer<RecordPath> unrecorded;

    /** @param unrecorded called with paths that were deleted without updating the index, because the disk is full */
    RecordDeleter(
            StoreContext context,
            WriteGuard guard,
            IndexWriter indexWriter,
            LastGoodVersions lastGoodVersions,
            Consumer<RecordPath> unrecorded) {
        this.context = context;
        this.guard = guard;
        this.indexWriter = indexWriter;
        this.lastGoodVersions = lastGoodVersions;
        this.unrecorded = unrecorded;
    }

    /** Deletes one record. */
    Result<List<Change>> delete(WriteRequest request) throws IOException {
        try {
            return tryToDelete(request, false);
        } catch (IOException e) {
            return afterFailure(request, e);
        }
    }

    /**
     * Deletes on a full disk: retries once after the hub has released its spare file, and as a last resort deletes
     * without writing an intent first, since the deletion itself frees space.
     */
    private Result<List<Change>> afterFailure(WriteRequest request, IOException failure) throws IOException {
        rethrowUnlessFull(failure);
        try {
            return tryToDelete(request, true);
        } catch (IOException e) {
            rethrowUnlessFull(e);
            return unlinkUnrecorded(request);
        }
    }

    private static void rethrowUnlessFull(IOException failure) throws IOException {
        if (!Disk.isFull(failure)) {
            throw failure;
        }
    }

    @SuppressWarnings("try")
    private Result<List<Change>> unlinkUnrecorded(WriteRequest request) throws IOException {
        try (PathLocks.Held held = context.locks().hold(request.path())) {
            PathState state = context.lookUp(request.path());
            if (state.onDisk().isNothing()) {
                return Result.done(List.of());
            }
            Optional<Refusal> refusal = guard.refuseDelete(request, state);
            if (refusal.isPresent() || !state.onDisk().isFile()) {
                return Audit.refuse("delete", request, refusal.orElseGet(IoErrors::diskFull));
            }
            unlinkUnrecorded(request.path());
        }
        return Result.done(List.of());
    }

    /**
     * Unlinks a file and flushes the directory. The deletion is detected, indexed and published as soon as there is
     * space.
     */
    private void unlinkUnrecorded(RecordPath path) throws IOException {
        context.tree().remove(path);
        context.parents().flush(path);
        LOG.warn(
                "event=store.record.deleted-unindexed path={} reason=\"the disk is full\" consequence=\"the deletion is"
                        + " announced once there is free space\"",
                LogText.quoted(path));
        unrecorded.accept(path);
    }

    /**
     * Deletes the record if it isn't refused.
     *
     * @param isRepeated whether an attempt has failed. Then what is gone was deleted by it, or by the recovery when the
     *     database was opened again, if the intent had reached the disk; that announces it.
     */
    @SuppressWarnings("try")
    private Result<List<Change>> tryToDelete(WriteRequest request, boolean isRepeated) throws IOException {
        List<LastGoodCopyEntry> oldCopies = new ArrayList<>();
        CommitFuture<Optional<Change>> future;
        try (PathLocks.Held held = context.locks().hold(request.path())) {
            PathState state = context.lookUp(request.path());
            if (isRepeated && state.onDisk().isNothing()) {
                return Result.done(List.of());
            }
            Optional<Refusal> refusal = guard.refuseDelete(request, state);
            if (refusal.isPresent()) {
                return Audit.refuse("delete", request, refusal.get());
            }
            if (state.onDisk().isDirectory()) {
                return Audit.refuse(
                        "delete", request, new Refusal(Reason.CONFLICT, request.path() + " has become a directory"));
            }
            future = unlink(request, List.of(request.path()), oldCopies).get(0);
            future.await();
        }
        return Result.done(finish(request, List.of(future), oldCopies));
    }

    /** Unlinks files of one directory and updates the index. The caller holds the locks of all of them. */
    private List<CommitFuture<Optional<Change>>> unlink(
            WriteRequest request, List<RecordPath> paths, List<LastGoodCopyEntry> oldCopies) throws IOException {
        Intent intent = Intent.deletion(request.user().name(), Optional.empty());
        context.metadata()
                .submit(transaction -> {
                    paths.forEach(path -> transaction.putIntent(path, intent));
                    return paths;
                })
                .await();
        context.failPoints().at(Step.INTENDED);
        List<InFlightRenames.Mark> marks = new ArrayList<>();
        List<CommitFuture<Optional<Change>>> futures = new ArrayList<>();
        try {
            for (RecordPath path : paths) {
                marks.add(context.renames().begin(path));
                context.tree().remove(path);
            }
            context.failPoints().at(Step.MOVED);
            context.parents().flush(paths.get(0));
            context.failPoints().at(Step.FLUSHED);
            for (RecordPath path : paths) {
                context.metadata().lastGoodCopy(path).ifPresent(oldCopies::add);
                Optional<IndexEntry> entry = context.metadata().entry(path);
                futures.add(indexWriter.completed(path, intent, DirectoryEntry.NOTHING, entry));
            }
            context.failPoints().at(Step.INDEXED);
        } finally {
            marks.forEach(InFlightRenames.Mark::close);
        }
        return futures;
    }

    private List<Change> finish(
            WriteRequest request, List<CommitFuture<Optional<Change>>> futures, List<LastGoodCopyEntry> oldCopies)
            throws IOException {
        List<Change> changes = new ArrayList<>();
        for (CommitFuture<Optional<Change>> future : futures) {
            future.await().ifPresent(changes::add);
        }
        changes.forEach(change -> Audit.done(request, change));
        oldCopies.forEach(copy -> lastGoodVersions.discard(Optional.of(copy)));
        return changes;
    }

    /** Deletes several records of one directory; those that are gone are left out. */
    List<Change> deleteAll(WriteRequest request, List<RecordPath> paths) throws IOException {
        try {
            return tryToDelete(request, paths);
        } catch (IOException e) {
            rethrowUnlessFull(e);
        }
        try {
            return tryToDelete(request, remaining(paths));
        } catch (IOException e) {
            rethrowUnlessFull(e);
        }
        for (RecordPath path : remaining(paths)) {
            unlinkUnrecorded(path);
        }
        return List.of();
    }

    private List<RecordPath> remaining(List<RecordPath> paths) throws IOException {
        List<RecordPath> files = new ArrayList<>();
        for (RecordPath path : paths) {
            if (!context.tree().lookUp(path).isNothing()) {
                files.add(path);
            }
        }
        return files;
    }

    @SuppressWarnings("try")
    private List<Change> tryToDelete(WriteRequest request, List<RecordPath> paths) throws IOException {
        if (paths.isEmpty()) {
            return List.of();
        }
        List<LastGoodCopyEntry> oldCopies = new ArrayList<>();
        try (PathLocks.Held held = context.locks().hold(paths)) {
            return finish(request, unlink(request, paths, oldCopies), oldCopies);
        }
    }
}
