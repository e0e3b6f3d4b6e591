package io.datahub.cluster.read;

import io.datahub.api.cluster.Expectation;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.Lookup;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.records.guard.PathStatus;
import io.datahub.records.quota.Counted;
import java.util.Optional;

/**
 * What the ledger has at a path, for certain.
 *
 * @param at what is there
 * @param isBelowRecord whether one of its parents is a record
 */
public record PathLookup(Lookup at, boolean isBelowRecord) implements PathStatus {

    /** Nothing at a path where something may be stored. */
    public static final PathLookup NOTHING = new PathLookup(new Lookup(Optional.empty(), Optional.empty(), 0), false);

    @Override
    public Kind kind() {
        if (at.record().isPresent()) {
            return Kind.FILE;
        }
        if (at.directory().isPresent()) {
            return Kind.DIRECTORY;
        }
        return isBelowRecord ? Kind.BELOW_FILE : Kind.NOTHING;
    }

    /** Whether it is a directory. */
    public boolean isDirectory() {
        return kind() == Kind.DIRECTORY;
    }

    /** Always: nobody changes records but the hubs. */
    @Override
    public boolean isConsistent() {
        return true;
    }

    @Override
    public Optional<RecordVersion> version(RecordPath path) {
        return at.record().map(LedgerRecord::version);
    }

    /** What is to be there when a change is made that depends on this. */
    public Expectation expectation() {
        return Expectation.ofSeen(at.record().map(LedgerRecord::etag));
    }

    /** What the record counts to quotas. */
    public Optional<Counted> counted() {
        return at.record().map(record -> new Counted(record.size(), record.user()));
    }
}
