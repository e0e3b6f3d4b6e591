package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.store.core.PathState;
import io.datahub.store.disk.Tree;
import java.util.Optional;

/** Decides whether a path may be written or deleted: grants, reserved names, what is on disk, preconditions. */
public final class WriteGuard {

    private static final String ANY_NAME = "\ufffd";

    private final Tree tree;

    public WriteGuard(Tree tree) {
        this.tree = tree;
    }

    /** Refuses a write that is not allowed. */
    Optional<Refusal> refuseWrite(WriteRequest request, PathState state) {
        RecordPath path = request.path();
        User user = request.user();
        if (!user.mayCreate(path)) {
            return refusal(Reason.FORBIDDEN, "you have no grant to write " + path);
        }
        if (Tree.isReserved(path)) {
            return refusal(Reason.FORBIDDEN, Tree.RESERVED + " is reserved for the hub; choose another name");
        }
        if (!tree.fits(path)) {
            return refusal(Reason.BAD_REQUEST, "the path is too long for the hub's file system");
        }
        return switch (state.onDisk().kind()) {
            case DIRECTORY ->
                refusal(Reason.CONFLICT, shown(path) + " is a directory and can't be replaced by a record");
            case BELOW_FILE -> refusal(Reason.CONFLICT, "a parent directory of " + path + " is a record");
            case SPECIAL -> refusal(Reason.CONFLICT, path + " or one of its parents is a link or special file");
            case FILE ->
                user.mayWrite(path)
                        ? refuseCondition(request, state)
                        : refusal(
                                Reason.FORBIDDEN,
                                "you may create records here but not replace them, and " + path + " already exists");
            case NOTHING -> refuseCondition(request, state);
        };
    }

    /** Refuses a part, whose target path isn't known yet, from users without any grant to write. */
    Optional<Refusal> refusePart(User user) {
        boolean mayWrite = user.isAdmin()
                || user.grants().stream()
                        .anyMatch(grant -> grant.action() == Action.CREATE || grant.action() == Action.WRITE);
        return mayWrite ? Optional.empty() : refusal(Reason.FORBIDDEN, "you have no grant to write anything");
    }

    /** Refuses the deletion of a record or directory if it is not allowed. */
    Optional<Refusal> refuseDelete(WriteRequest request, PathState state) {
        RecordPath path = request.path();
        boolean directory = state.onDisk().isDirectory();
        if (path.isRoot()) {
            return refusal(Reason.FORBIDDEN, "the root directory can't be deleted");
        }
        if (directory ? !mayWriteBelow(request.user(), path) : !request.user().mayWrite(path)) {
            return refusal(Reason.FORBIDDEN, "you have no grant to delete " + path);
        }
        if (path.equals(RecordPath.USERS)) {
            return refusal(Reason.FORBIDDEN, "the users file can't be deleted; replace it by another version");
        }
        if (Tree.isReserved(path)) {
            return refusal(Reason.FORBIDDEN, Tree.RESERVED + " is reserved for the hub");
        }
        return switch (state.onDisk().kind()) {
            case SPECIAL -> refusal(Reason.CONFLICT, path + " or one of its parents is a link or special file");
            case DIRECTORY -> refuseConditionOfDirectory(request);
            case FILE -> refuseCondition(request, state);
            case NOTHING, BELOW_FILE ->
                refuseCondition(request, state).or(() -> refusal(Reason.NOT_FOUND, "there is nothing at " + path));
        };
    }

    /** Whether the user may write everything in the directory, tested with a name that no grant mentions. */
    private static boolean mayWriteBelow(User user, RecordPath directory) {
        return directory.child(ANY_NAME).refusal().isEmpty()
                && user.mayWrite(directory.child(ANY_NAME).get());
    }

    /** A directory has neither an entity tag nor a date that a condition could be evaluated against. */
    private static Optional<Refusal> refuseConditionOfDirectory(WriteRequest request) {
        return request.precondition() == Precondition.NONE
                ? Optional.empty()
                : refusal(
                        Reason.PRECONDITION_FAILED,
                        request.path()
                                + " is a directory, which has no version for a precondition; delete it without one");
    }

    private static Optional<Refusal> refuseCondition(WriteRequest request, PathState state) {
        if (request.precondition() == Precondition.NONE) {
            return Optional.empty();
        }
        if (!state.isConsistent()) {
            return refusal(
                    Reason.CONFLICT, request.path() + " is being changed on disk; retry when it has stopped changing");
        }
        return request.precondition().holds(state.version(request.path()))
                ? Optional.empty()
                : refusal(
                        Reason.PRECONDITION_FAILED,
                        "the current version of " + request.path() + " doesn't meet the precondition");
    }

    private static String shown(RecordPath path) {
        return path.isRoot() ? "the root" : path.toString();
    }

    private static Optional<Refusal> refusal(Reason reason, String detail) {
        return Optional.of(new Refusal(reason, detail));
    }
}
