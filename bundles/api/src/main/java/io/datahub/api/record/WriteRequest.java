package io.datahub.api.record;

import io.datahub.api.path.RecordPath;
import io.datahub.api.user.User;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * A request to write a record.
 *
 * @param user who makes the request
 * @param from the transport and address of the client, for the audit log
 * @param path the record
 * @param precondition a condition on the version that it would replace
 * @param length the number of bytes, if the client specified it
 * @param digests the digests that the client specified, by algorithm ({@code MD5}, {@code SHA-1}, {@code SHA-256},
 *     {@code SHA-512}), in lower-case hexadecimal
 * @param clientModified the client's own time of the bytes, if it gave one
 * @param currentUser supplies the user's current state, empty if its credentials are no longer valid; called on commit,
 *     since the upload may take long
 */
public record WriteRequest(
        User user,
        String from,
        RecordPath path,
        Precondition precondition,
        OptionalLong length,
        Map<String, String> digests,
        Optional<Instant> clientModified,
        Supplier<Optional<User>> currentUser) {

    public WriteRequest {
        Objects.requireNonNull(user);
        Objects.requireNonNull(from);
        Objects.requireNonNull(path);
        Objects.requireNonNull(precondition);
        Objects.requireNonNull(length);
        digests = Map.copyOf(digests);
        Objects.requireNonNull(clientModified);
        Objects.requireNonNull(currentUser);
    }

    /**
     * A request of a client that gave no time for the bytes.
     *
     * @param user who makes the request
     * @param from the transport and address of the client
     * @param path the record
     * @param precondition a condition on the version that it would replace
     * @param length the number of bytes, if the client specified it
     * @param digests the digests that the client specified
     * @param currentUser supplies the user's current state
     */
    public WriteRequest(
            User user,
            String from,
            RecordPath path,
            Precondition precondition,
            OptionalLong length,
            Map<String, String> digests,
            Supplier<Optional<User>> currentUser) {
        this(user, from, path, precondition, length, digests, Optional.empty(), currentUser);
    }

    /**
     * A request by a user whose permissions don't change.
     *
     * @param user who makes the request
     * @param from the transport and address of the client
     * @param path the record
     * @param precondition a condition on the version that it would replace
     * @param length the number of bytes, if the client specified it
     * @param digests the digests that the client specified
     */
    public WriteRequest(
            User user,
            String from,
            RecordPath path,
            Precondition precondition,
            OptionalLong length,
            Map<String, String> digests) {
        this(user, from, path, precondition, length, digests, () -> Optional.of(user));
    }

    /**
     * A request without conditions, by a user whose permissions don't change.
     *
     * @param user who makes the request
     * @param from the transport and address of the client
     * @param path the record
     */
    public WriteRequest(User user, String from, RecordPath path) {
        this(user, from, path, Precondition.NONE, OptionalLong.empty(), Map.of());
    }

    /**
     * The same request under another condition.
     *
     * @param condition the condition that replaces the present one
     * @return the request
     */
    public WriteRequest withPrecondition(Precondition condition) {
        return new WriteRequest(user, from, path, condition, length, digests, clientModified, currentUser);
    }

    /**
     * The same request with another length.
     *
     * @param bytes the number of bytes
     * @return the request
     */
    public WriteRequest withLength(OptionalLong bytes) {
        return new WriteRequest(user, from, path, precondition, bytes, digests, clientModified, currentUser);
    }

    /**
     * The same request with the user's current state.
     *
     * @param now the user
     * @return the request
     */
    public WriteRequest withUser(User now) {
        return new WriteRequest(now, from, path, precondition, length, digests, clientModified, currentUser);
    }

    /**
     * The same request with the client's own time of the bytes.
     *
     * @param time the time, or empty for none
     * @return the request
     */
    public WriteRequest withClientModified(Optional<Instant> time) {
        return new WriteRequest(user, from, path, precondition, length, digests, time, currentUser);
    }
}
