package io.datahub.api.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * Changes that are made together or not at all. The operations are carried out in order, so each sees what those before
 * it have done; the first that is refused undoes them.
 *
 * @param id identifies the attempt: random, and the same only when it is asked again since its fate is unknown
 * @param user who makes the changes, for the journal; empty if unknown
 * @param operations the changes
 * @param limits what may not be exceeded
 */
public record Attempt(UUID id, String user, List<Operation> operations, List<Usage.Limit> limits) {

    /**
     * How long the ledger remembers the answer. An attempt of unknown fate isn't asked again after half of that time.
     */
    public static final Duration REMEMBERED = Duration.ofHours(12);

    public Attempt {
        Objects.requireNonNull(id);
        Objects.requireNonNull(user);
        operations = List.copyOf(operations);
        limits = List.copyOf(limits);
    }

    /**
     * A new attempt without limits.
     *
     * @param user who makes the changes; empty if unknown
     * @param operations the changes
     * @return the attempt, with a random identifier
     */
    public static Attempt of(String user, Operation... operations) {
        return new Attempt(UUID.randomUUID(), user, List.of(operations), List.of());
    }
}
