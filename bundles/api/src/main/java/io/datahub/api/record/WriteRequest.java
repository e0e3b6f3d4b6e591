package io.datahub.api.record;

import io.datahub.api.user.User;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * The wish to write a record.
 *
 * @param user who wants it
 * @param from the transport and address that it comes from, for the audit log
 * @param path the record
 * @param precondition what must hold of the version that it would replace
 * @param length the number of bytes that will come, where the client said so
 * @param digests what the client says of its bytes: from algorithm ({@code MD5}, {@code SHA-1}, {@code SHA-256}, {@code SHA-512}) to lower-case
 *     hexadecimal
 * @param standing tells the user as it stands now, empty if its credentials are no longer in force; asked when the write is
 *     committed, since the bytes may take their time
 */
public record WriteRequest(
        User user,
        String from,
        RecordPath path,
        Precondition precondition,
        OptionalLong length,
        Map<String, String> digests,
        Supplier<Optional<User>> standing) {

    public WriteRequest {
        Objects.requireNonNull(user);
        Objects.requireNonNull(from);
        Objects.requireNonNull(path);
        Objects.requireNonNull(precondition);
        Objects.requireNonNull(length);
        digests = Map.copyOf(digests);
        Objects.requireNonNull(standing);
    }

    /** The wish of a user who stays as it is. */
    public WriteRequest(
            User user,
            String from,
            RecordPath path,
            Precondition precondition,
            OptionalLong length,
            Map<String, String> digests) {
        this(user, from, path, precondition, length, digests, () -> Optional.of(user));
    }

    public WriteRequest(User user, String from, RecordPath path) {
        this(user, from, path, Precondition.NONE, OptionalLong.empty(), Map.of());
    }

    /** The same wish of the user as it stands now. */
    public WriteRequest by(User now) {
        return new WriteRequest(now, from, path, precondition, length, digests, standing);
    }
}
