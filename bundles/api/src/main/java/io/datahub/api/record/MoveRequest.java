package io.datahub.api.record;

import io.datahub.api.path.RecordPath;
import io.datahub.api.user.User;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A request to move a record or a directory.
 *
 * @param user who makes the request
 * @param from the transport and address of the client, for the audit log
 * @param source the old path
 * @param target the new path
 * @param precondition a condition on the version at the old path; only {@link Precondition#NONE} holds for a directory
 * @param replace whether a record at the new path may be replaced; a directory never is
 * @param currentUser supplies the user's current state, empty if its credentials are no longer valid; called on commit,
 *     since validation may take long
 */
public record MoveRequest(
        User user,
        String from,
        RecordPath source,
        RecordPath target,
        Precondition precondition,
        boolean replace,
        Supplier<Optional<User>> currentUser) {

    public MoveRequest {
        Objects.requireNonNull(user);
        Objects.requireNonNull(from);
        Objects.requireNonNull(source);
        Objects.requireNonNull(target);
        Objects.requireNonNull(precondition);
        Objects.requireNonNull(currentUser);
    }

    /**
     * A request without a precondition by a user whose permissions don't change.
     *
     * @param user who makes the request
     * @param from the transport and address of the client
     * @param source the old path
     * @param target the new path
     * @param replace whether a record at the new path may be replaced
     */
    public MoveRequest(User user, String from, RecordPath source, RecordPath target, boolean replace) {
        this(user, from, source, target, Precondition.NONE, replace, () -> Optional.of(user));
    }

    /**
     * The same request with the user's current state.
     *
     * @param now the user
     * @return the request
     */
    public MoveRequest withUser(User now) {
        return new MoveRequest(now, from, source, target, precondition, replace, currentUser);
    }
}
