package io.datahub.api.record;

import io.datahub.api.user.User;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The wish to write a record.
 *
 * @param user who wants it
 * @param from the transport and address that it comes from, for the audit log
 * @param path the record
 * @param precondition what must hold of the version that it would replace
 * @param length the number of bytes that will come, where the client said so
 * @param digests what the client says of its bytes: from algorithm ({@code SHA-256}, {@code SHA-512}) to lower-case
 *     hexadecimal
 */
public record WriteRequest(
        User user,
        String from,
        RecordPath path,
        Precondition precondition,
        OptionalLong length,
        Map<String, String> digests) {

    public WriteRequest {
        Objects.requireNonNull(user);
        Objects.requireNonNull(from);
        Objects.requireNonNull(path);
        Objects.requireNonNull(precondition);
        Objects.requireNonNull(length);
        digests = Map.copyOf(digests);
    }

    public WriteRequest(User user, String from, RecordPath path) {
        this(user, from, path, Precondition.NONE, OptionalLong.empty(), Map.of());
    }
}
