package io.datahub.cluster.namespace;

import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.ValidatorId;
import java.util.List;

/**
 * A record that is to be moved, and was validated for its new path.
 *
 * @param record at the old path
 * @param target the new path
 * @param validators the validators that accepted it
 */
record MovedRecord(LedgerRecord record, RecordPath target, List<ValidatorId> validators) {}
