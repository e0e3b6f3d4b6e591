package io.datahub.store.metadata;

import io.datahub.api.record.Change;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.validation.JudgedBy;
import io.datahub.api.validation.Violation;
import java.util.List;

/**
 * A change that has no place in the journal yet.
 *
 * @param user who did it; empty where that isn't known
 * @param violations why it was refused, if it was
 */
public record PendingChange(
        Change.Type type, RecordVersion version, String user, List<JudgedBy> validators, List<Violation> violations) {

    public PendingChange(Change.Type type, RecordVersion version, String user, List<JudgedBy> validators) {
        this(type, version, user, validators, List.of());
    }
}
