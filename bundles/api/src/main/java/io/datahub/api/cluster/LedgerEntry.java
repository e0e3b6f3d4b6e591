package io.datahub.api.cluster;

import io.datahub.api.record.Change;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Violation;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * An entry of the journal.
 *
 * @param number its number
 * @param time when it was committed, by the ledger's clock; never before that of a smaller number
 * @param type the kind of change
 * @param version the new version; for a deletion the deleted one, for a rejection the rejected one
 * @param user who made the change; empty if unknown
 * @param validators the validators that validated the version
 * @param violations why it was rejected; empty if it wasn't
 */
public record LedgerEntry(
        long number,
        Instant time,
        Change.Type type,
        RecordVersion version,
        String user,
        List<ValidatorId> validators,
        List<Violation> violations) {
    public LedgerEntry {
        Objects.requireNonNull(time);
        Objects.requireNonNull(type);
        Objects.requireNonNull(version);
        Objects.requireNonNull(user);
        validators = List.copyOf(validators);
        violations = List.copyOf(violations);
    }
}
