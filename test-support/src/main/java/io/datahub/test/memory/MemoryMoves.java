package io.datahub.test.memory;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.MoveRequest;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** Decides what a move does. Guarded by the lock of its store. */
final class MemoryMoves {

    private final MemoryTree tree;
    private final MemoryGuard guard;
    private final MemoryValidation validation;
    private final MemoryWriter writer;

    MemoryMoves(MemoryTree tree, MemoryGuard guard, MemoryValidation validation, MemoryWriter writer) {
        this.writer = writer;
        this.tree = tree;
        this.guard = guard;
        this.validation = validation;
    }

    /**
     * A record that is moved.
     *
     * @param validators those of the new path, which have accepted it
     */
    record Moved(MemoryTree.Stored stored, RecordPath target, List<ValidatorId> validators) {}

    /** The records that are moved, by path. */
    Result<List<Moved>> plan(MoveRequest request) {
        Optional<Refusal> refusal = refuse(request);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        List<MemoryTree.Stored> records = tree.isDirectory(request.source())
                ? tree.below(request.source())
                : List.of(tree.record(request.source()).orElseThrow());
        List<Moved> plan = new ArrayList<>();
        for (MemoryTree.Stored stored : records) {
            Result<RecordPath> target = RecordPath.parse(
                    request.target() + rest(request, stored.version().path()));
            Result<List<ValidatorId>> validated = target.then(path -> validate(request, stored, path));
            if (validated.isRefused()) {
                return Result.refused(validated.refusal().orElseThrow());
            }
            plan.add(new Moved(stored, target.get(), validated.get()));
        }
        return Result.done(plan);
    }

    /** Moves the records, and all directories. */
    List<Change> carryOut(MoveRequest request, User user, List<Moved> plan) {
        boolean directory = tree.isDirectory(request.source());
        if (directory) {
            tree.createDirectory(request.target());
            for (RecordPath each : tree.directoriesBelow(request.source())) {
                tree.createDirectory(RecordPath.of(request.target() + rest(request, each)));
            }
        }
        List<Change> changes = new ArrayList<>();
        for (Moved moved : plan) {
            RecordVersion version = moved.stored().version();
            changes.add(writer.write(
                    moved.target(),
                    moved.stored().bytes(),
                    version.sha256().orElseThrow(),
                    version.clientModified(),
                    user,
                    moved.validators()));
            changes.add(writer.delete(moved.stored(), user));
        }
        if (directory) {
            writer.removeDirectory(request.source());
        }
        return changes;
    }

    /** What follows the old path in a path at or below it. */
    private static String rest(MoveRequest request, RecordPath path) {
        return path.toString().substring(request.source().toString().length());
    }

    private Result<List<ValidatorId>> validate(MoveRequest request, MemoryTree.Stored stored, RecordPath target) {
        Result<List<ValidatorId>> validated = validation.validate(new MemoryValidation.Bytes(
                target,
                Optional.of(request.user().name()).filter(name -> !name.isEmpty()),
                stored.bytes(),
                stored.version().sha256().orElseThrow(),
                tree.record(target).map(MemoryTree.Stored::bytes)));
        return validated
                .refusal()
                .map(refusal -> Result.<List<ValidatorId>>refused(new Refusal(
                        refusal.reason(),
                        stored.version().path() + ": " + refusal.detail(),
                        refusal.violations(),
                        refusal.retryAfter())))
                .orElse(validated);
    }

    private static WriteRequest request(MoveRequest move, RecordPath path, Precondition precondition) {
        return new WriteRequest(move.user(), move.from(), path, precondition, OptionalLong.empty(), Map.of());
    }

    private Optional<Refusal> refuse(MoveRequest request) {
        RecordPath source = request.source();
        RecordPath target = request.target();
        if (source.isRoot() || target.isRoot() || source.equals(RecordPath.USERS) || target.equals(RecordPath.USERS)) {
            return refusal(Reason.FORBIDDEN, "the root and the users file can't be moved or replaced by a move");
        }
        User user = request.user();
        return guard.refuseDelete(request(request, source, request.precondition()))
                .or(() -> mayAt(source, source, user::mayRead)
                        ? Optional.empty()
                        : refusal(Reason.FORBIDDEN, "you have no grant to read " + source))
                .or(() -> refuseTarget(request));
    }

    private boolean mayAt(RecordPath path, RecordPath source, Predicate<RecordPath> allowed) {
        return tree.isDirectory(source) ? MemoryGuard.mayBelow(path, allowed) : allowed.test(path);
    }

    private Optional<Refusal> refuseTarget(MoveRequest request) {
        RecordPath source = request.source();
        RecordPath target = request.target();
        if (!mayAt(target, source, request.user()::mayCreate)) {
            return refusal(Reason.FORBIDDEN, "you have no grant to write " + target);
        }
        if (target.equals(source)) {
            return refusal(Reason.FORBIDDEN, "the old and the new path are the same: " + target);
        }
        if (target.isBelow(source)) {
            return refusal(Reason.CONFLICT, source + " can't be moved into itself");
        }
        if (tree.isDirectory(target)) {
            return refusal(
                    request.replace() ? Reason.CONFLICT : Reason.PRECONDITION_FAILED,
                    "there is a directory " + target + " already");
        }
        WriteRequest writing = request(request, target, request.replace() ? Precondition.NONE : Optional::isEmpty);
        return tree.isDirectory(source) ? guard.refuseDirectory(writing) : guard.refuseWrite(writing);
    }

    private static Optional<Refusal> refusal(Reason reason, String detail) {
        return Optional.of(new Refusal(reason, detail));
    }
}
