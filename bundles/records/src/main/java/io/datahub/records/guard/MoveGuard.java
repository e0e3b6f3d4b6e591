package io.datahub.records.guard;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.MoveRequest;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** Decides whether something may be moved: grants, reserved names, what is at both paths, preconditions. */
public final class MoveGuard {

    private final WriteGuard guard;

    public MoveGuard(WriteGuard guard) {
        this.guard = guard;
    }

    /** The request as one to delete the old path. */
    public static WriteRequest deletion(MoveRequest request) {
        return request(request, request.source(), request.precondition());
    }

    /** The request as one to write the new path. */
    public static WriteRequest writing(MoveRequest request) {
        return request(request, request.target(), request.replace() ? Precondition.NONE : Optional::isEmpty);
    }

    private static WriteRequest request(MoveRequest move, RecordPath path, Precondition precondition) {
        return new WriteRequest(
                move.user(), move.from(), path, precondition, OptionalLong.empty(), Map.of(), move.currentUser());
    }

    /** Refuses a move that is not allowed. */
    public Optional<Refusal> refuse(MoveRequest request, PathStatus here, PathStatus there) {
        return refuseNames(request)
                .or(() -> guard.refuseDelete(deletion(request), here))
                .or(() -> refuseUnreadable(request, here))
                .or(() -> refuseTarget(request, here, there))
                .or(() -> refuseUnsettled(request, here));
    }

    private static Optional<Refusal> refuseNames(MoveRequest request) {
        RecordPath source = request.source();
        RecordPath target = request.target();
        if (source.isRoot() || target.isRoot()) {
            return refusal(Reason.FORBIDDEN, "the root directory can't be moved or replaced");
        }
        if (source.equals(RecordPath.USERS) || target.equals(RecordPath.USERS)) {
            return refusal(
                    Reason.FORBIDDEN, "the users file can't be moved or replaced by a move; upload another version");
        }
        return Optional.empty();
    }

    /**
     * A move to a path that others may read discloses the bytes, so whoever moves them must be allowed to read them.
     */
    private static Optional<Refusal> refuseUnreadable(MoveRequest request, PathStatus here) {
        return mayAt(request.source(), here, request.user()::mayRead)
                ? Optional.empty()
                : refusal(
                        Reason.FORBIDDEN, "you have no grant to read " + request.source() + ", which a move requires");
    }

    private static boolean mayAt(RecordPath path, PathStatus here, Predicate<RecordPath> allowed) {
        return isDirectory(here) ? WriteGuard.mayBelow(path, allowed) : allowed.test(path);
    }

    private Optional<Refusal> refuseTarget(MoveRequest request, PathStatus here, PathStatus there) {
        RecordPath target = request.target();
        User user = request.user();
        if (!mayAt(target, here, user::mayCreate)) {
            return refusal(Reason.FORBIDDEN, "you have no grant to write " + target);
        }
        if (target.equals(request.source())) {
            return refusal(Reason.FORBIDDEN, "the old and the new path are the same: " + target);
        }
        if (isDirectory(here) && target.isBelow(request.source())) {
            return refusal(Reason.CONFLICT, "the directory " + request.source() + " can't be moved into itself");
        }
        if (isDirectory(there)) {
            return request.replace()
                    ? refusal(Reason.CONFLICT, target + " is a directory and can't be replaced; delete it first")
                    : refusal(Reason.PRECONDITION_FAILED, "there is a directory " + target + " already");
        }
        return isDirectory(here)
                ? guard.refuseDirectory(writing(request), there)
                : guard.refuseWrite(writing(request), there);
    }

    private static Optional<Refusal> refuseUnsettled(MoveRequest request, PathStatus here) {
        return here.isConsistent() || isDirectory(here)
                ? Optional.empty()
                : refusal(
                        Reason.CONFLICT,
                        request.source() + " is being changed on disk; retry when it has stopped changing");
    }

    private static boolean isDirectory(PathStatus state) {
        return state.kind() == PathStatus.Kind.DIRECTORY;
    }

    private static Optional<Refusal> refusal(Reason reason, String detail) {
        return Optional.of(new Refusal(reason, detail));
    }
}
