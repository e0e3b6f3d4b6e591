package io.datahub.records.guard;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import java.util.Optional;
import java.util.function.Predicate;

/** Decides whether a path may be written or deleted: grants, reserved names, what is on disk, preconditions. */
public final class WriteGuard {

    private static final String ANY_NAME = "\ufffd";

    private final Predicate<RecordPath> fits;

    /** @param fits whether the medium can hold a record at a path, which may be too long for it */
    public WriteGuard(Predicate<RecordPath> fits) {
        this.fits = fits;
    }

    /** Refuses a write that is not allowed. */
    public Optional<Refusal> refuseWrite(WriteRequest request, PathStatus state) {
        RecordPath path = request.path();
        User user = request.user();
        if (!user.mayCreate(path)) {
            return refusal(Reason.FORBIDDEN, "you have no grant to write " + path);
        }
        Optional<Refusal> refusal = refuseName(path)
                .or(() -> refuseKind(path, state))
                .or(() -> path.isBelow(RecordPath.USERS) ? reservedForUsers() : Optional.empty());
        if (refusal.isPresent()) {
            return refusal;
        }
        return switch (state.kind()) {
            case DIRECTORY ->
                refusal(Reason.CONFLICT, shown(path) + " is a directory and can't be replaced by a record");
            case FILE ->
                user.mayWrite(path)
                        ? refuseCondition(request, state)
                        : refusal(
                                Reason.FORBIDDEN,
                                "you may create records here but not replace them, and " + path + " already exists");
            case NOTHING, BELOW_FILE, SPECIAL -> refuseCondition(request, state);
        };
    }

    /** Refuses the creation of a directory if it is not allowed; allowed if there is one already. */
    public Optional<Refusal> refuseDirectory(WriteRequest request, PathStatus state) {
        RecordPath path = request.path();
        if (!request.user().mayCreateIn(path)) {
            return refusal(Reason.FORBIDDEN, "you have no grant to write anything in " + path);
        }
        if (path.equals(RecordPath.USERS) || path.isBelow(RecordPath.USERS)) {
            return reservedForUsers();
        }
        return refuseName(path).or(() -> switch (state.kind()) {
            case FILE -> refusal(Reason.CONFLICT, path + " is a record and can't be replaced by a directory");
            case DIRECTORY -> refuseConditionOfDirectory(request);
            case NOTHING -> refuseCondition(request, state);
            case BELOW_FILE, SPECIAL -> refuseKind(path, state);
        });
    }

    /** A directory must not take the place of the users file, not even while another program replaces that. */
    private static Optional<Refusal> reservedForUsers() {
        return refusal(Reason.FORBIDDEN, RecordPath.USERS + " is reserved for the users file");
    }

    private Optional<Refusal> refuseName(RecordPath path) {
        if (ReservedPaths.contain(path)) {
            return refusal(Reason.FORBIDDEN, ReservedPaths.NAME + " is reserved for the hub; choose another name");
        }
        return fits.test(path)
                ? Optional.empty()
                : refusal(Reason.BAD_REQUEST, "the path is too long for the hub's file system");
    }

    private static Optional<Refusal> refuseKind(RecordPath path, PathStatus state) {
        return switch (state.kind()) {
            case BELOW_FILE -> refusal(Reason.CONFLICT, "a parent directory of " + path + " is a record");
            case SPECIAL -> refusal(Reason.CONFLICT, path + " or one of its parents is a link or special file");
            case FILE, DIRECTORY, NOTHING -> Optional.empty();
        };
    }

    /** Refuses a part, whose target path isn't known yet, from users without any grant to write. */
    public Optional<Refusal> refusePart(User user) {
        boolean mayWrite = user.isAdmin()
                || user.grants().stream()
                        .anyMatch(grant -> grant.action() == Action.CREATE || grant.action() == Action.WRITE);
        return mayWrite ? Optional.empty() : refusal(Reason.FORBIDDEN, "you have no grant to write anything");
    }

    /** Refuses the deletion of a record or directory if it is not allowed. */
    public Optional<Refusal> refuseDelete(WriteRequest request, PathStatus state) {
        RecordPath path = request.path();
        boolean directory = state.kind() == PathStatus.Kind.DIRECTORY;
        if (path.isRoot()) {
            return refusal(Reason.FORBIDDEN, "the root directory can't be deleted");
        }
        if (directory ? !mayWriteBelow(request.user(), path) : !request.user().mayWrite(path)) {
            return refusal(Reason.FORBIDDEN, "you have no grant to delete " + path);
        }
        if (path.equals(RecordPath.USERS)) {
            return refusal(Reason.FORBIDDEN, "the users file can't be deleted; replace it by another version");
        }
        if (ReservedPaths.contain(path)) {
            return refusal(Reason.FORBIDDEN, ReservedPaths.NAME + " is reserved for the hub");
        }
        return switch (state.kind()) {
            case SPECIAL -> refusal(Reason.CONFLICT, path + " or one of its parents is a link or special file");
            case DIRECTORY -> refuseConditionOfDirectory(request);
            case FILE -> refuseCondition(request, state);
            case NOTHING, BELOW_FILE ->
                refuseCondition(request, state).or(() -> refusal(Reason.NOT_FOUND, "there is nothing at " + path));
        };
    }

    private static boolean mayWriteBelow(User user, RecordPath directory) {
        return mayBelow(directory, user::mayWrite);
    }

    /** Whether something is allowed for everything in the directory, tested with a name that no grant mentions. */
    public static boolean mayBelow(RecordPath directory, Predicate<RecordPath> allowed) {
        return directory.child(ANY_NAME).refusal().isEmpty()
                && allowed.test(directory.child(ANY_NAME).get());
    }

    /**
     * Refuses that somebody sets the client's time of a record if it is not allowed: those may who may write the record,
     * and whoever wrote it as long as it may create it.
     *
     * @param owner who wrote the version; empty if unknown
     */
    public Optional<Refusal> refuseClientTime(WriteRequest request, PathStatus state, String owner) {
        RecordPath path = request.path();
        User user = request.user();
        boolean own = !owner.isEmpty() && owner.equals(user.name());
        if (!user.mayWrite(path) && !(own && user.mayCreate(path))) {
            return refusal(Reason.FORBIDDEN, "you have no grant to change " + path);
        }
        return switch (state.kind()) {
            case DIRECTORY -> refusal(Reason.CONFLICT, path + " is a directory, which has no time of a client");
            case FILE -> refuseCondition(request, state).or(() -> refuseUnsettled(path, state));
            case NOTHING, BELOW_FILE, SPECIAL -> refusal(Reason.NOT_FOUND, "there is no record " + path);
        };
    }

    private static Optional<Refusal> refuseUnsettled(RecordPath path, PathStatus state) {
        return state.isConsistent()
                ? Optional.empty()
                : refusal(Reason.CONFLICT, path + " is being changed on disk; retry when it has stopped changing");
    }

    /** A directory has neither an entity tag nor a date that a condition could be evaluated against. */
    private static Optional<Refusal> refuseConditionOfDirectory(WriteRequest request) {
        return request.precondition() == Precondition.NONE
                ? Optional.empty()
                : refusal(
                        Reason.PRECONDITION_FAILED,
                        request.path()
                                + " is a directory, which has no version for a precondition; repeat the request "
                                + "without one");
    }

    /** Refuses if the precondition doesn't hold for the record, or can't be evaluated now. */
    public Optional<Refusal> refuseCondition(WriteRequest request, PathStatus state) {
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
