package io.datahub.records.change;

import io.datahub.api.record.Change;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Violation;
import java.util.List;

/**
 * A change that isn't in the journal yet.
 *
 * @param user who made it; empty if unknown
 * @param violations why it was refused; empty if it wasn't
 */
public record PendingChange(
        Change.Type type,
        RecordVersion version,
        String user,
        List<ValidatorId> validators,
        List<Violation> violations) {

    public PendingChange(Change.Type type, RecordVersion version, String user, List<ValidatorId> validators) {
        this(type, version, user, validators, List.of());
    }
}
