package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.WriteRequest;
import io.datahub.store.core.Audit;
import io.datahub.store.core.FailPoints.Step;
import io.datahub.store.core.FreeSpaceCheck;
import io.datahub.store.core.InFlightRenames;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.PathLocks;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.disk.Disk;
import io.datahub.store.disk.Tree;
import io.datahub.store.metadata.CommitFuture;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.Intent;
import io.datahub.store.metadata.LastGoodCopy;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes records and directories. */
public final class Deleter {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");

    private static final int BATCH_SIZE = 256;
    private static final int TRIES = 3;

    private final StoreContext context;
    private final WriteGuard guard;
    private final IndexWriter indexWriter;
    private final LastGoodVersions lastGoodVersions;
    private final Consumer<RecordPath> unrecorded;

    /** @param unrecorded called with paths that were deleted without updating the index, because the disk is full */
    public Deleter(
            StoreContext context,
            WriteGuard guard,
            IndexWriter indexWriter,
            LastGoodVersions lastGoodVersions,
            Consumer<RecordPath> unrecorded) {
        this.unrecorded = unrecorded;
        this.context = context;
        this.guard = guard;
        this.indexWriter = indexWriter;
        this.lastGoodVersions = lastGoodVersions;
    }

    /** Deletes one record, or an empty directory. */
    public Result<List<Change>> delete(WriteRequest request) throws IOException {
        RecordPath path = request.path();
        PathState state = lookUp(request);
        Optional<Refusal> refusal = guard.refuseDelete(request, state);
        if (refusal.isPresent()) {
            return refused(request, refusal.get());
        }
        if (!state.onDisk().isDirectory()) {
            return deleteRecord(request);
        }
        return removeDirectory(path) ? Result.done(List.of()) : refused(request, notEmpty(path));
    }

    /** Deletes one record, or a directory with everything in it. */
    public Result<List<Change>> deleteTree(WriteRequest request) throws IOException {
        RecordPath path = request.path();
        PathState state = lookUp(request);
        Optional<Refusal> refusal = guard.refuseDelete(request, state);
        if (refusal.isPresent()) {
            return refused(request, refusal.get());
        }
        if (!state.onDisk().isDirectory()) {
            return deleteRecord(request);
        }
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < TRIES; i++) {
            if (deleteContents(request, Optional.of(path), context.tree().resolve(path), changes)) {
                return Result.done(changes);
            }
        }
        return refused(
                request,
                new Refusal(Reason.CONFLICT, "somebody goes on writing into " + path + "; the rest is deleted"));
    }

    private PathState lookUp(WriteRequest request) throws IOException {
        return context.lookUp(request.path());
    }

    private static Result<List<Change>> refused(WriteRequest request, Refusal refusal) {
        Audit.refused("delete", request, refusal);
        return Result.refused(refusal);
    }

    private Result<List<Change>> deleteRecord(WriteRequest request) throws IOException {
        try {
            return tryToDelete(request);
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
        if (lookUp(request).onDisk().isNothing()) {
            return Result.done(List.of()); // it was deleted, and reopening the state recorded that
        }
        try {
            return tryToDelete(request);
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
            PathState state = lookUp(request);
            Optional<Refusal> refusal = guard.refuseDelete(request, state);
            if (refusal.isPresent() || !state.onDisk().isFile()) {
                return refused(request, refusal.orElseGet(FreeSpaceCheck::full));
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
                "event=deleted-unentered path=\"{}\" why=\"the disk is full; it is announced when there is room\"",
                path);
        unrecorded.accept(path);
    }

    @SuppressWarnings("try")
    private Result<List<Change>> tryToDelete(WriteRequest request) throws IOException {
        List<LastGoodCopy> oldCopies = new ArrayList<>();
        CommitFuture<Optional<Change>> future;
        try (PathLocks.Held held = context.locks().hold(request.path())) {
            PathState state = lookUp(request);
            Optional<Refusal> refusal = guard.refuseDelete(request, state);
            if (refusal.isPresent()) {
                return refused(request, refusal.get());
            }
            if (state.onDisk().isDirectory()) {
                return refused(request, new Refusal(Reason.CONFLICT, request.path() + " has become a directory"));
            }
            future = unlink(request, List.of(request.path()), oldCopies).get(0);
            future.await();
        }
        return Result.done(finish(request, List.of(future), oldCopies));
    }

    /** Unlinks files of one directory and updates the index. The caller holds the locks of all of them. */
    private List<CommitFuture<Optional<Change>>> unlink(
            WriteRequest request, List<RecordPath> paths, List<LastGoodCopy> oldCopies) throws IOException {
        Intent intent =
                new Intent(Intent.Kind.DELETE, 0, 0, 0, "", request.user().name(), List.of(), List.of(), 0, "");
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
            context.failPoints().at(Step.ENTERED);
        } finally {
            marks.forEach(InFlightRenames.Mark::close);
        }
        return futures;
    }

    private List<Change> finish(
            WriteRequest request, List<CommitFuture<Optional<Change>>> futures, List<LastGoodCopy> oldCopies)
            throws IOException {
        List<Change> changes = new ArrayList<>();
        for (CommitFuture<Optional<Change>> future : futures) {
            future.await().ifPresent(changes::add);
        }
        changes.forEach(change -> Audit.done(request, change));
        oldCopies.forEach(copy -> lastGoodVersions.discard(Optional.of(copy)));
        return changes;
    }

    /**
     * Deletes the contents of a directory, then the directory itself; false if something new has appeared in it.
     *
     * @param directory its path; empty if its own name, or that of a parent, is not a valid record name
     */
    private boolean deleteContents(
            WriteRequest request, Optional<RecordPath> directory, Path folder, List<Change> changes)
            throws IOException {
        List<RecordPath> files = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                Optional<RecordPath> path = directory.flatMap(above -> child(above, child));
                if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                    deleteContents(request, path, child, changes);
                } else if (path.isPresent()) {
                    files.add(path.get());
                } else if (directory.isPresent()) {
                    context.tree().removeFile(directory.get(), child.getFileName());
                } else {
                    Files.deleteIfExists(child);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(files);
        for (int from = 0; from < files.size(); from += BATCH_SIZE) {
            changes.addAll(deleteBatch(request, files.subList(from, Math.min(files.size(), from + BATCH_SIZE))));
        }
        return directory.isPresent() ? removeDirectory(directory.get()) : Files.deleteIfExists(folder);
    }

    /** The path of a directory's child; empty if its name is not a valid record name. */
    private static Optional<RecordPath> child(RecordPath directory, Path file) {
        return Tree.name(file)
                .map(directory::child)
                .filter(path -> !path.isRefused())
                .map(Result::get);
    }

    private Refusal notEmpty(RecordPath directory) throws IOException {
        Path ignored = null;
        try (DirectoryStream<Path> children =
                Files.newDirectoryStream(context.tree().resolve(directory))) {
            for (Path child : children) {
                boolean isRecord = child(directory, child).isPresent() && !Files.isSymbolicLink(child);
                if (isRecord) {
                    return new Refusal(Reason.CONFLICT, "the directory " + directory + " is not empty");
                }
                ignored = child;
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return new Refusal(
                Reason.CONFLICT,
                ignored == null
                        ? "the directory " + directory + " was not empty; try again"
                        : "the directory " + directory + " holds what can be no record and isn't listed (a link, or a"
                                + " name that isn't UTF-8 or breaks the rules of paths); delete it recursively");
    }

    private List<Change> deleteBatch(WriteRequest request, List<RecordPath> paths) throws IOException {
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

    private List<Change> tryToDelete(WriteRequest request, List<RecordPath> paths) throws IOException {
        if (paths.isEmpty()) {
            return List.of();
        }
        List<PathLocks.Held> held = new ArrayList<>();
        List<LastGoodCopy> oldCopies = new ArrayList<>();
        try {
            for (RecordPath path : paths) {
                held.add(context.locks().hold(path));
            }
            return finish(request, unlink(request, paths, oldCopies), oldCopies);
        } finally {
            held.forEach(PathLocks.Held::close);
        }
    }

    /** Removes a directory and its parents as long as they are empty and below the prefix. */
    void removeEmpty(RecordPath directory, String prefix) throws IOException {
        RecordPath each = directory;
        while ((each + "/").length() > prefix.length() && !each.isRoot() && removeDirectory(each)) {
            each = each.parent();
        }
    }

    private boolean removeDirectory(RecordPath directory) throws IOException {
        try {
            if (context.tree().removeDirectory(directory)) {
                context.parents().flush(directory);
            }
            return true;
        } catch (DirectoryNotEmptyException e) {
            return false;
        }
    }
}
