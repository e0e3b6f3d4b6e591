package io.datahub.validators.support;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import io.datahub.test.memory.MemoryReading;
import io.datahub.test.memory.UnsupportedRecordStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A read-only store of records in a directory. */
public final class FolderStore extends UnsupportedRecordStore {

    private final Path folder;
    private final Map<RecordPath, Integer> versions = new HashMap<>();
    private int opened;

    public FolderStore(Path folder) {
        this.folder = folder;
    }

    public void put(String path, String text) throws IOException {
        RecordPath record = RecordPath.of(path);
        Files.createDirectories(record.parent().under(folder));
        Files.writeString(record.under(folder), text);
        versions.merge(record, 1, Integer::sum);
    }

    /** Simulates an edit on disk that isn't reconciled yet. */
    public void markChanging(String path) {
        versions.put(RecordPath.of(path), -1);
    }

    public void remove(String path) throws IOException {
        Files.delete(RecordPath.of(path).under(folder));
        versions.remove(RecordPath.of(path));
    }

    /** How many times a record was opened. */
    public int opened() {
        return opened;
    }

    @Override
    public Result<RecordVersion> find(User user, RecordPath path) throws IOException {
        Integer version = versions.get(path);
        if (version == null) {
            return Result.refused(Reason.NOT_FOUND, "there is no record " + path);
        }
        Optional<String> etag = Optional.of("\"" + version + "\"").filter(text -> version > 0);
        return Result.done(
                new RecordVersion(path, Files.size(path.under(folder)), Instant.EPOCH, etag, Optional.empty()));
    }

    @Override
    public Result<Reading> open(User user, RecordPath path) throws IOException {
        Result<RecordVersion> found = find(user, path);
        if (found.isRefused()) {
            return Result.refused(found.refusal().orElseThrow());
        }
        opened++;
        return Result.done(new MemoryReading(found.get(), Files.readAllBytes(path.under(folder)), () -> {}));
    }
}
