package io.datahub.store.namespace;

import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.ValidatorId;
import io.datahub.records.quota.Quotas;
import io.datahub.store.core.PathState;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.LastGoodCopyEntry;
import java.util.List;
import java.util.Optional;

/**
 * A record that is to be moved, and was validated for its new path.
 *
 * @param source the old path
 * @param target the new path
 * @param here the state of the old path, with an index entry that matches the disk
 * @param there the state of the new path
 * @param sha256 of its bytes
 * @param validators the validators that accepted it
 * @param compared whether a validator compared it with the record at the new path
 * @param copy the last good copy for the new path, if one is kept
 */
record MovedRecord(
        RecordPath source,
        RecordPath target,
        PathState here,
        PathState there,
        String sha256,
        List<ValidatorId> validators,
        boolean compared,
        Optional<LastGoodCopyEntry> copy) {

    /** The same record with the present state of the new path. */
    MovedRecord with(PathState now) {
        return new MovedRecord(source, target, here, now, sha256, validators, compared, copy);
    }

    IndexEntry entry() {
        return here.entry().orElseThrow();
    }

    Quotas.Relocation relocation() {
        return new Quotas.Relocation(
                source, target, entry().counted(), there.entry().map(IndexEntry::counted));
    }
}
