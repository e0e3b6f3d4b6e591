package io.datahub.cluster.write;

import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.path.RecordPath;
import io.datahub.cluster.read.Lookups;
import io.datahub.cluster.read.RecordBytes;
import io.datahub.records.staging.CandidateFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The present version of a record that is to be replaced, looked up when the first validator asks for it. Thread-safe. */
public final class ComparedRecord implements CandidateFile.Previous {

    private final Lookups lookups;
    private final RecordBytes bytes;
    private final RecordPath path;

    /** What was there when a validator asked first; null until then. Guarded by this. */
    private Optional<LedgerRecord> found;

    public ComparedRecord(Lookups lookups, RecordBytes bytes, RecordPath path) {
        this.lookups = lookups;
        this.bytes = bytes;
        this.path = path;
    }

    @Override
    public Optional<InputStream> open() throws IOException {
        Optional<LedgerRecord> record = find();
        return record.isEmpty() ? Optional.empty() : Optional.of(bytes.stream(record.get()));
    }

    private synchronized Optional<LedgerRecord> find() throws IOException {
        if (found == null) {
            found = lookups.find(path).record();
        }
        return found;
    }

    /** What validators have compared the new version with: its entity tag, or none; empty if they haven't. */
    public synchronized Optional<?> etag() {
        return found == null ? Optional.empty() : Optional.of(found.map(LedgerRecord::etag));
    }
}
