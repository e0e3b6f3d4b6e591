package io.datahub.cluster.write;

import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Reading;
import io.datahub.cluster.read.Lookups;
import io.datahub.cluster.read.PathLookup;
import io.datahub.cluster.read.RecordBytes;
import io.datahub.records.draft.BaseVersion;
import io.datahub.records.draft.DraftStore;
import io.datahub.records.quota.Counted;
import io.datahub.records.settings.StoreSettings;
import io.datahub.records.staging.StagedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** What drafts need to know of the records in the ledger. */
public record LedgerDraftStore(
        Lookups lookups, RecordBytes bytes, StagingFolder staging, Supplier<StoreSettings> settings)
        implements DraftStore {

    @Override
    public PathLookup lookUp(RecordPath path) throws IOException {
        return lookups.lookUp(path);
    }

    @Override
    public Optional<Counted> counted(RecordPath path) throws IOException {
        return settings.get().quotas().isEmpty() || path.isRoot()
                ? Optional.empty()
                : lookups.lookUp(path).counted();
    }

    @Override
    public Path newFile() {
        return staging.newFile();
    }

    @Override
    public Result<Optional<BaseVersion>> open(RecordPath path, StagedFile staged) throws IOException {
        Optional<LedgerRecord> record = lookups.find(path).record();
        return Result.done(
                record.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new BaseVersion(
                                record.get().version(), new ReadingBytes(bytes.open(record.get())), staged)));
    }

    /** Nothing can be given up here: what is stored isn't on this disk. */
    @Override
    public void makeRoom() {
        // see above
    }

    /** The bytes of a reading. */
    private record ReadingBytes(Reading reading) implements BaseVersion.Bytes {

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return reading.read(target, position);
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() throws IOException {
            reading.close();
        }
    }
}
