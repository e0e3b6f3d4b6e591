package io.datahub.watcher;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.Sha256;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Draft;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import io.datahub.test.memory.MemoryDraft;
import io.datahub.test.memory.UnsupportedRecordStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records uploads; refuses commits while {@link #refusal} is set. */
final class FakeStore extends UnsupportedRecordStore {

    final Map<String, String> records = new ConcurrentHashMap<>();
    final Map<String, RecordVersion> versions = new ConcurrentHashMap<>();

    /** Each committed version as {@code PATH=CONTENT}. */
    final List<String> committed = new CopyOnWriteArrayList<>();

    volatile Optional<Refusal> refusal = Optional.empty();

    /** Run after bytes were written, and after a commit. */
    volatile Runnable onWrite = () -> {};

    volatile Runnable onCommit = () -> {};

    @Override
    public Result<Draft> begin(WriteRequest request) {
        return Result.done(new MemoryDraft() {
            @Override
            public Optional<Refusal> write(long offset, ByteBuffer more) {
                super.write(offset, more);
                onWrite.run();
                return Optional.empty();
            }

            @Override
            public Result<List<ValidatorId>> validate() {
                return Result.done(List.of());
            }

            @Override
            public Result<Change> commit() {
                if (refusal.isPresent()) {
                    return Result.refused(refusal.get());
                }
                String path = request.path().toString();
                String text = new String(bytes(), StandardCharsets.UTF_8);
                RecordVersion version = new RecordVersion(
                        request.path(), size(), Instant.now(), Optional.of("\"1\""), Optional.of(Sha256.hex(bytes())));
                records.put(path, text);
                versions.put(path, version);
                committed.add(path + "=" + text);
                onCommit.run();
                return Result.done(new Change(
                        Change.Type.CREATED,
                        new Cursor("e", 1),
                        Instant.EPOCH,
                        version,
                        Optional.empty(),
                        List.of(),
                        "",
                        "{}"));
            }
        });
    }

    @Override
    public Result<RecordVersion> find(User user, RecordPath path) {
        RecordVersion version = versions.get(path.toString());
        return version == null ? Result.refused(Reason.NOT_FOUND, "none") : Result.done(version);
    }
}
