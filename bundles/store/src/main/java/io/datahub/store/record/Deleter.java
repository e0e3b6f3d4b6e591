package io.datahub.store.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.WriteRequest;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.disk.Disk;
import io.datahub.store.disk.Tree;
import io.datahub.store.metadata.CommitFuture;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.Intent;
import io.datahub.store.metadata.LastGoodCopy;
import io.datahub.store.record.FailPoints.Step;
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
final class Deleter {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");

    private static final int AT_ONCE = 256;
    private static final int TRIES = 3;

    private final StoreContext holdings;
    private final WriteGuard gate;
    private final IndexWriter registrar;
    private final LastGoodVersions goods;
    private final Consumer<RecordPath> unentered;

    /** @param unentered is told of paths that were deleted without that being entered, since the disk is full */
    Deleter(
            StoreContext holdings,
            WriteGuard gate,
            IndexWriter registrar,
            LastGoodVersions goods,
            Consumer<RecordPath> unentered) {
        this.unentered = unentered;
        this.holdings = holdings;
        this.gate = gate;
        this.registrar = registrar;
        this.goods = goods;
    }

    /** Deletes one record, or an empty directory. */
    Result<List<Change>> delete(WriteRequest request) throws IOException {
        RecordPath path = request.path();
        PathState sight = look(request);
        Optional<Refusal> refusal = gate.refuseDelete(request, sight);
        if (refusal.isPresent()) {
            return refused(request, refusal.get());
        }
        if (!sight.place().isDirectory()) {
            return deleteRecord(request);
        }
        return removeDirectory(path) ? Result.done(List.of()) : refused(request, notEmpty(path));
    }

    /** Deletes one record, or a directory with everything in it. */
    Result<List<Change>> deleteTree(WriteRequest request) throws IOException {
        RecordPath path = request.path();
        PathState sight = look(request);
        Optional<Refusal> refusal = gate.refuseDelete(request, sight);
        if (refusal.isPresent()) {
            return refused(request, refusal.get());
        }
        if (!sight.place().isDirectory()) {
            return deleteRecord(request);
        }
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < TRIES; i++) {
            if (empty(request, Optional.of(path), holdings.tree().resolve(path), changes)) {
                return Result.done(changes);
            }
        }
        return refused(
                request,
                new Refusal(Reason.CONFLICT, "somebody goes on writing into " + path + "; the rest is deleted"));
    }

    private PathState look(WriteRequest request) throws IOException {
        return holdings.look(request.path());
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
     * Deletes on a full disk: once more, now that the hub has given up its spare room, and in the end without writing
     * down first what is to be done, since the deletion itself frees room.
     */
    private Result<List<Change>> afterFailure(WriteRequest request, IOException failure) throws IOException {
        requireFull(failure);
        if (look(request).place().isNothing()) {
            return Result.done(List.of()); // it was deleted, and is entered by whoever opened the state again
        }
        try {
            return tryToDelete(request);
        } catch (IOException e) {
            requireFull(e);
            return unlinkUnentered(request);
        }
    }

    private static void requireFull(IOException failure) throws IOException {
        if (!Disk.isFull(failure)) {
            throw failure;
        }
    }

    @SuppressWarnings("try")
    private Result<List<Change>> unlinkUnentered(WriteRequest request) throws IOException {
        try (PathLocks.Held held = holdings.locks().hold(request.path())) {
            PathState sight = look(request);
            Optional<Refusal> refusal = gate.refuseDelete(request, sight);
            if (refusal.isPresent() || !sight.place().isFile()) {
                return refused(request, refusal.orElseGet(FreeSpaceCheck::full));
            }
            unlinkUnentered(request.path());
        }
        return Result.done(List.of());
    }

    /** Unlinks a file and flushes that; the deletion is found, entered and announced as soon as there is room for it. */
    private void unlinkUnentered(RecordPath path) throws IOException {
        holdings.tree().remove(path);
        holdings.parents().flush(path);
        LOG.warn(
                "event=deleted-unentered path=\"{}\" why=\"the disk is full; it is announced when there is room\"",
                path);
        unentered.accept(path);
    }

    @SuppressWarnings("try")
    private Result<List<Change>> tryToDelete(WriteRequest request) throws IOException {
        List<LastGoodCopy> old = new ArrayList<>();
        CommitFuture<Optional<Change>> ticket;
        try (PathLocks.Held held = holdings.locks().hold(request.path())) {
            PathState sight = look(request);
            Optional<Refusal> refusal = gate.refuseDelete(request, sight);
            if (refusal.isPresent()) {
                return refused(request, refusal.get());
            }
            if (sight.place().isDirectory()) {
                return refused(request, new Refusal(Reason.CONFLICT, request.path() + " has become a directory"));
            }
            ticket = unlink(request, List.of(request.path()), old).get(0);
            ticket.await();
        }
        return Result.done(finish(request, List.of(ticket), old));
    }

    /** Unlinks files of one directory and enters that, under the locks of all of them. */
    private List<CommitFuture<Optional<Change>>> unlink(
            WriteRequest request, List<RecordPath> paths, List<LastGoodCopy> old) throws IOException {
        Intent intent =
                new Intent(Intent.Kind.DELETE, 0, 0, 0, "", request.user().name(), List.of(), List.of(), 0, "");
        holdings.ledger()
                .submit(transaction -> {
                    paths.forEach(path -> transaction.putIntent(path, intent));
                    return paths;
                })
                .await();
        holdings.steps().at(Step.INTENDED);
        List<InFlightRenames.Mark> marks = new ArrayList<>();
        List<CommitFuture<Optional<Change>>> tickets = new ArrayList<>();
        try {
            for (RecordPath path : paths) {
                marks.add(holdings.moving().begin(path));
                holdings.tree().remove(path);
            }
            holdings.steps().at(Step.MOVED);
            holdings.parents().flush(paths.get(0));
            holdings.steps().at(Step.FLUSHED);
            for (RecordPath path : paths) {
                holdings.ledger().lastGoodCopy(path).ifPresent(old::add);
                Optional<IndexEntry> entry = holdings.ledger().entry(path);
                tickets.add(registrar.carriedOut(path, intent, DirectoryEntry.NOTHING, entry));
            }
            holdings.steps().at(Step.ENTERED);
        } finally {
            marks.forEach(InFlightRenames.Mark::close);
        }
        return tickets;
    }

    private List<Change> finish(
            WriteRequest request, List<CommitFuture<Optional<Change>>> tickets, List<LastGoodCopy> old)
            throws IOException {
        List<Change> changes = new ArrayList<>();
        for (CommitFuture<Optional<Change>> ticket : tickets) {
            ticket.await().ifPresent(changes::add);
        }
        changes.forEach(change -> Audit.done(request, change));
        old.forEach(good -> goods.discard(Optional.of(good)));
        return changes;
    }

    /**
     * Removes what a directory holds, then itself; false if something new lies in it.
     *
     * @param directory its path; empty where its own name, or one above it, is none that a record can have
     */
    private boolean empty(WriteRequest request, Optional<RecordPath> directory, Path folder, List<Change> changes)
            throws IOException {
        List<RecordPath> files = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                Optional<RecordPath> path = directory.flatMap(above -> child(above, child));
                if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                    empty(request, path, child, changes);
                } else if (path.isPresent()) {
                    files.add(path.get());
                } else if (directory.isPresent()) {
                    holdings.tree().removeFile(directory.get(), child.getFileName());
                } else {
                    Files.deleteIfExists(child);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(files);
        for (int from = 0; from < files.size(); from += AT_ONCE) {
            changes.addAll(deleteBatch(request, files.subList(from, Math.min(files.size(), from + AT_ONCE))));
        }
        return directory.isPresent() ? removeDirectory(directory.get()) : Files.deleteIfExists(folder);
    }

    /** The path of what a directory holds; empty where no record can have its name. */
    private static Optional<RecordPath> child(RecordPath directory, Path file) {
        return Tree.name(file)
                .map(directory::child)
                .filter(path -> !path.isRefused())
                .map(Result::get);
    }

    private Refusal notEmpty(RecordPath directory) throws IOException {
        Path stranger = null;
        try (DirectoryStream<Path> children =
                Files.newDirectoryStream(holdings.tree().resolve(directory))) {
            for (Path child : children) {
                boolean isRecord = child(directory, child).isPresent() && !Files.isSymbolicLink(child);
                if (isRecord) {
                    return new Refusal(Reason.CONFLICT, "the directory " + directory + " is not empty");
                }
                stranger = child;
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return new Refusal(
                Reason.CONFLICT,
                stranger == null
                        ? "the directory " + directory + " was not empty; try again"
                        : "the directory " + directory + " holds what can be no record and isn't listed (a link, or a"
                                + " name that isn't UTF-8 or breaks the rules of paths); delete it recursively");
    }

    private List<Change> deleteBatch(WriteRequest request, List<RecordPath> paths) throws IOException {
        try {
            return tryToDelete(request, paths);
        } catch (IOException e) {
            requireFull(e);
        }
        try {
            return tryToDelete(request, remaining(paths));
        } catch (IOException e) {
            requireFull(e);
        }
        for (RecordPath path : remaining(paths)) {
            unlinkUnentered(path);
        }
        return List.of();
    }

    private List<RecordPath> remaining(List<RecordPath> paths) throws IOException {
        List<RecordPath> files = new ArrayList<>();
        for (RecordPath path : paths) {
            if (!holdings.tree().lookUp(path).isNothing()) {
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
        List<LastGoodCopy> old = new ArrayList<>();
        try {
            for (RecordPath path : paths) {
                held.add(holdings.locks().hold(path));
            }
            return finish(request, unlink(request, paths, old), old);
        } finally {
            held.forEach(PathLocks.Held::close);
        }
    }

    /** Removes a directory and those that lead to it as far as they are empty and below the prefix. */
    void removeEmpty(RecordPath directory, String prefix) throws IOException {
        RecordPath each = directory;
        while ((each + "/").length() > prefix.length() && !each.isRoot() && removeDirectory(each)) {
            each = each.parent();
        }
    }

    private boolean removeDirectory(RecordPath directory) throws IOException {
        try {
            if (holdings.tree().removeDirectory(directory)) {
                holdings.parents().flush(directory);
            }
            return true;
        } catch (DirectoryNotEmptyException e) {
            return false;
        }
    }
}
