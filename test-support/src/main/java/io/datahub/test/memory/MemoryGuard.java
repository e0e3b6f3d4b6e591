package io.datahub.test.memory;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import java.util.Optional;
import java.util.function.Predicate;

/** Decides who may write and delete what, as far as that depends on the request and on what is there. */
final class MemoryGuard {

    /** A name that no grant mentions. */
    private static final String ANY_NAME = "\ufffd";

    private final MemoryTree tree;

    MemoryGuard(MemoryTree tree) {
        this.tree = tree;
    }

    Optional<Refusal> refuseWrite(WriteRequest request) {
        RecordPath path = request.path();
        User user = request.user();
        if (!user.mayCreate(path)) {
            return refusal(Reason.FORBIDDEN, "you have no grant to write " + path);
        }
        if (tree.isDirectory(path)) {
            return refusal(Reason.CONFLICT, path + " is a directory");
        }
        if (tree.isBelowRecord(path)) {
            return refusal(Reason.CONFLICT, "a parent directory of " + path + " is a record");
        }
        if (tree.record(path).isPresent() && !user.mayWrite(path)) {
            return refusal(Reason.FORBIDDEN, "you may not replace " + path);
        }
        return refuseCondition(request);
    }

    Optional<Refusal> refuseDelete(WriteRequest request) {
        RecordPath path = request.path();
        boolean directory = tree.isDirectory(path);
        if (path.isRoot()) {
            return refusal(Reason.FORBIDDEN, "the root directory can't be deleted");
        }
        if (directory
                ? !mayBelow(path, request.user()::mayWrite)
                : !request.user().mayWrite(path)) {
            return refusal(Reason.FORBIDDEN, "you have no grant to delete " + path);
        }
        if (path.equals(RecordPath.USERS)) {
            return refusal(Reason.FORBIDDEN, "the users file can't be deleted");
        }
        if (directory) {
            return refuseConditionOfDirectory(request);
        }
        Optional<Refusal> unmet = refuseCondition(request);
        return unmet.isPresent() || tree.record(path).isPresent()
                ? unmet
                : refusal(Reason.NOT_FOUND, "there is nothing at " + path);
    }

    /** Whether something is allowed for everything in a directory. */
    static boolean mayBelow(RecordPath directory, Predicate<RecordPath> allowed) {
        return directory.child(ANY_NAME).refusal().isEmpty()
                && allowed.test(directory.child(ANY_NAME).get());
    }

    Optional<Refusal> refuseDirectory(WriteRequest request) {
        RecordPath path = request.path();
        if (!path.isRoot() && !request.user().mayCreateIn(path)) {
            return refusal(Reason.FORBIDDEN, "you have no grant to write anything in " + path);
        }
        if (path.equals(RecordPath.USERS) || path.isBelow(RecordPath.USERS)) {
            return refusal(Reason.FORBIDDEN, RecordPath.USERS + " is reserved for the users file");
        }
        if (tree.record(path).isPresent() || tree.isBelowRecord(path)) {
            return refusal(Reason.CONFLICT, path + " or one of its parents is a record");
        }
        return tree.isDirectory(path) ? refuseConditionOfDirectory(request) : refuseCondition(request);
    }

    Optional<Refusal> refuseClientTime(WriteRequest request) {
        RecordPath path = request.path();
        User user = request.user();
        Optional<MemoryTree.Stored> stored = tree.record(path);
        boolean own = stored.filter(one -> one.user().equals(user.name())).isPresent()
                && !user.name().isEmpty();
        if (!user.mayWrite(path) && !(own && user.mayCreate(path))) {
            return refusal(Reason.FORBIDDEN, "you have no grant to change " + path);
        }
        if (tree.isDirectory(path)) {
            return refusal(Reason.CONFLICT, path + " is a directory");
        }
        return stored.isPresent() ? refuseCondition(request) : refusal(Reason.NOT_FOUND, "there is no record " + path);
    }

    private static Optional<Refusal> refuseConditionOfDirectory(WriteRequest request) {
        return request.precondition() == Precondition.NONE
                ? Optional.empty()
                : refusal(Reason.PRECONDITION_FAILED, request.path() + " is a directory, which has no version");
    }

    private Optional<Refusal> refuseCondition(WriteRequest request) {
        return request.precondition().holds(tree.version(request.path()))
                ? Optional.empty()
                : refusal(Reason.PRECONDITION_FAILED, "the current version of " + request.path() + " doesn't match");
    }

    /** Why a record can't be read; empty if it can. */
    Optional<Refusal> refuseRead(User user, RecordPath path) {
        boolean visible = user.mayRead(path) || user.mayEnter(path);
        boolean directory = visible && tree.isDirectory(path);
        if (!user.mayRead(path) && !directory) {
            return refusal(Reason.FORBIDDEN, "you have no grant to read " + path);
        }
        if (directory) {
            return refusal(Reason.CONFLICT, path + " is a directory");
        }
        return tree.record(path).isPresent()
                ? Optional.empty()
                : refusal(Reason.NOT_FOUND, "there is no record " + path);
    }

    Optional<Refusal> refuseList(User user, RecordPath directory) {
        if (!user.mayEnter(directory)) {
            return refusal(Reason.FORBIDDEN, "you have no grant to read anything in /" + directory);
        }
        if (tree.isDirectory(directory)) {
            return Optional.empty();
        }
        return tree.record(directory).isPresent() && user.mayRead(directory)
                ? refusal(Reason.CONFLICT, directory + " is a record")
                : refusal(Reason.NOT_FOUND, "there is no directory /" + directory);
    }

    private static Optional<Refusal> refusal(Reason reason, String detail) {
        return Optional.of(new Refusal(reason, detail));
    }
}
