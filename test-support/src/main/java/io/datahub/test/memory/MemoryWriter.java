package io.datahub.test.memory;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/** Changes records, with an entry in the journal for each change. Guarded by the lock of its store. */
final class MemoryWriter {

    private static final int ETAG_HASH = 16;

    private final MemoryTree tree;
    private final MemoryChangeJournal journal;
    private InstantSource clock = InstantSource.system();
    private Optional<LongFunction<String>> etags = Optional.empty();

    MemoryWriter(MemoryTree tree, MemoryChangeJournal journal) {
        this.tree = tree;
        this.journal = journal;
    }

    void setClock(InstantSource source) {
        clock = source;
    }

    void setEtags(LongFunction<String> tags) {
        etags = Optional.of(tags);
    }

    Change write(
            RecordPath path,
            byte[] bytes,
            String sha256,
            Optional<Instant> clientModified,
            User user,
            List<ValidatorId> validators) {
        Change.Type type = tree.record(path).isPresent() ? Change.Type.UPDATED : Change.Type.CREATED;
        long number = journal.head().sequence() + 1;
        String etag = etags.map(tags -> tags.apply(number))
                .orElseGet(() -> '"' + Long.toString(number, 36) + '-' + sha256.substring(0, ETAG_HASH) + '"');
        RecordVersion version = new RecordVersion(
                path, bytes.length, clock.instant(), Optional.of(etag), Optional.of(sha256), clientModified);
        tree.put(new MemoryTree.Stored(version, bytes, user.name()));
        return journal.append(type, version, name(user), validators);
    }

    Change delete(MemoryTree.Stored stored, User user) {
        tree.remove(stored.version().path());
        return journal.append(Change.Type.DELETED, stored.version(), name(user), List.of());
    }

    Change reject(RecordPath path, long size, String sha256, User user) {
        RecordVersion version =
                new RecordVersion(path, size, clock.instant(), Optional.empty(), Optional.of(sha256), Optional.empty());
        return journal.append(Change.Type.REJECTED, version, name(user), List.of());
    }

    private static Optional<String> name(User user) {
        return Optional.of(user.name()).filter(text -> !text.isEmpty());
    }

    /** Removes a directory that has no records any more. */
    void removeDirectory(RecordPath path) {
        tree.directoriesBelow(path).forEach(tree::remove);
        tree.remove(path);
    }
}
