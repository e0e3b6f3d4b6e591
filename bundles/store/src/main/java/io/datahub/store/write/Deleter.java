package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.WriteRequest;
import io.datahub.records.change.Audit;
import io.datahub.records.guard.WriteGuard;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.Tree;
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

/** Deletes records and directories. Thread-safe. */
public final class Deleter {

    private static final int BATCH_SIZE = 256;
    private static final int TRIES = 3;

    private final StoreContext context;
    private final WriteGuard guard;
    private final RecordDeleter records;

    /** @param unrecorded called with paths that were deleted without updating the index, because the disk is full */
    public Deleter(
            StoreContext context,
            WriteGuard guard,
            IndexWriter indexWriter,
            LastGoodVersions lastGoodVersions,
            Consumer<RecordPath> unrecorded) {
        this.context = context;
        this.guard = guard;
        records = new RecordDeleter(context, guard, indexWriter, lastGoodVersions, unrecorded);
    }

    /** Deletes one record, or an empty directory. */
    public Result<List<Change>> delete(WriteRequest request) throws IOException {
        RecordPath path = request.path();
        Optional<Result<List<Change>>> deleted = deleteUnlessDirectory(request);
        if (deleted.isPresent()) {
            return deleted.get();
        }
        return removeDirectory(path) ? Result.done(List.of()) : Audit.refuse("delete", request, notEmpty(path));
    }

    /** Removes an empty directory; refuses a record. */
    public Result<RecordPath> rmdir(WriteRequest request) throws IOException {
        RecordPath path = request.path();
        PathState state = context.lookUp(path);
        Optional<Refusal> refusal = guard.refuseDelete(request, state);
        if (refusal.isEmpty() && !state.onDisk().isDirectory()) {
            refusal = Optional.of(new Refusal(Reason.CONFLICT, path + " is a record and not a directory"));
        }
        if (refusal.isEmpty() && !removeDirectory(path)) {
            refusal = Optional.of(notEmpty(path));
        }
        return refusal.isPresent() ? Audit.refuse("rmdir", request, refusal.get()) : Result.done(path);
    }

    /** Checks the request, and deletes the record; empty if the path is a directory, which the user may delete. */
    private Optional<Result<List<Change>>> deleteUnlessDirectory(WriteRequest request) throws IOException {
        PathState state = context.lookUp(request.path());
        Optional<Refusal> refusal = guard.refuseDelete(request, state);
        if (refusal.isPresent()) {
            return Optional.of(Audit.refuse("delete", request, refusal.get()));
        }
        return state.onDisk().isDirectory() ? Optional.empty() : Optional.of(records.delete(request));
    }

    /** Deletes one record, or a directory with everything in it. */
    public Result<List<Change>> deleteTree(WriteRequest request) throws IOException {
        RecordPath path = request.path();
        Optional<Result<List<Change>>> deleted = deleteUnlessDirectory(request);
        if (deleted.isPresent()) {
            return deleted.get();
        }
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < TRIES; i++) {
            if (deleteContents(request, Optional.of(path), context.tree().resolve(path), changes)) {
                return Result.done(changes);
            }
        }
        return Audit.refuse(
                "delete",
                request,
                new Refusal(Reason.CONFLICT, path + " is being written to; everything else in it was deleted"));
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
            changes.addAll(records.deleteAll(request, files.subList(from, Math.min(files.size(), from + BATCH_SIZE))));
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
                        ? "the directory " + directory + " was not empty; retry"
                        : "the directory " + directory + " contains files that can't be records and aren't listed"
                                + " (links, or names that aren't UTF-8 or not allowed in paths); delete it "
                                + "recursively");
    }

    /** Removes a directory and its parents as long as they are empty, below the prefix, and weren't made on purpose. */
    void removeEmpty(RecordPath directory, String prefix) throws IOException {
        RecordPath each = directory;
        while ((each + "/").length() > prefix.length()
                && !each.isRoot()
                && !context.metadata().isMadeDirectory(each)
                && removeDirectory(each)) {
            each = each.parent();
        }
    }

    private boolean removeDirectory(RecordPath directory) throws IOException {
        try {
            if (context.tree().removeDirectory(directory)) {
                context.parents().flush(directory);
                if (context.metadata().isMadeDirectory(directory)) {
                    context.metadata().submit(transaction -> transaction.removeMadeDirectory(directory));
                }
            }
            return true;
        } catch (DirectoryNotEmptyException e) {
            return false;
        }
    }
}
