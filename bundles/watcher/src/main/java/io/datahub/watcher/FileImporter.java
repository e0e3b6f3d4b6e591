package io.datahub.watcher;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.Sha256;
import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Commits the content of a file as a version of a record; validated like any upload. Thread-safe. */
final class FileImporter {

    private static final int BUFFER_BYTES = 1 << 18;

    private final RecordStore store;

    /** The outcome of an import. */
    sealed interface Outcome {}

    /** The content is committed as a version of the record. */
    record Committed(String sha256, String cursor) implements Outcome {}

    /** The content was rejected permanently. */
    record Rejected(Refusal refusal) implements Outcome {}

    /** Nothing was committed: the file was modified concurrently, or the refusal is transient. Retry later. */
    record Retry() implements Outcome {}

    FileImporter(RecordStore store) {
        this.store = store;
    }

    /**
     * Imports a file. If the file no longer matches the expected stamp once its bytes are copied, nothing is
     * committed.
     *
     * @throws IOException if the file can't be read, or on an I/O error of the store
     */
    Outcome importFile(RecordPath path, Path file, FileStat expected) throws IOException {
        if (path.equals(RecordPath.USERS)) {
            return new Rejected(new Refusal(
                    Reason.FORBIDDEN,
                    "the users file can't be imported from incoming/; upload it, or edit it in files/"));
        }
        try (FileChannel channel = open(file)) {
            writeBack(channel);
            if (isChanged(file, expected)) {
                return new Retry();
            }
            Optional<String> committedHash = alreadyCommitted(path, expected, channel);
            return committedHash.isPresent()
                    ? new Committed(committedHash.get(), "already-committed")
                    : draft(path, file, expected, channel.position(0));
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Flushes the file. This write-protects pages that a program modified through {@code mmap}, so that the program's
     * next modification updates the file's times.
     */
    private static void writeBack(FileChannel channel) {
        try {
            channel.force(false);
        } catch (IOException e) {
            // Some file systems flush only files that are open for writing.
        }
    }

    private static boolean isChanged(Path file, FileStat expected) throws IOException {
        return !FileStat.of(file).equals(Optional.of(expected));
    }

    /**
     * Returns the hash of the content if it has been committed since the file last changed: the hub may have been
     * killed between the commit and the removal of the file.
     */
    private Optional<String> alreadyCommitted(RecordPath path, FileStat stamp, FileChannel channel) throws IOException {
        Result<RecordVersion> found = store.find(User.HUB, path);
        if (found.isRefused()
                || found.get().size() != stamp.size()
                || !stamp.isUnchangedSince(found.get().modified())) {
            return Optional.empty();
        }
        Optional<String> sha256 = found.get().sha256();
        return sha256.isPresent() && sha256.get().equals(Sha256.hex(channel)) ? sha256 : Optional.empty();
    }

    private Outcome draft(RecordPath path, Path file, FileStat expected, FileChannel channel) throws IOException {
        Result<Draft> begin = store.begin(new WriteRequest(User.HUB, "incoming", path));
        if (begin.isRefused()) {
            return outcomeOf(begin.refusal().orElseThrow());
        }
        try (Draft draft = begin.get()) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
            long remaining = expected.size(); // bounded, because copying a file that keeps growing would never end
            while (remaining > 0 && channel.read(limited(buffer, remaining)) >= 0) {
                remaining -= buffer.position();
                Optional<Refusal> refusal = draft.append(buffer.flip());
                if (refusal.isPresent()) {
                    return outcomeOf(refusal.get());
                }
            }
            if (isChanged(file, expected)) {
                return new Retry();
            }
            Result<Change> change = draft.commit();
            return change.isRefused()
                    ? outcomeOf(change.refusal().orElseThrow())
                    : new Committed(
                            change.get().version().sha256().orElse(""),
                            change.get().cursor().toString());
        }
    }

    private static ByteBuffer limited(ByteBuffer buffer, long remaining) {
        return buffer.clear().limit((int) Math.min(buffer.capacity(), remaining));
    }

    private static Outcome outcomeOf(Refusal refusal) {
        return isTransient(refusal.reason()) ? new Retry() : new Rejected(refusal);
    }

    /** Whether a retry may succeed. */
    private static boolean isTransient(Reason reason) {
        return reason == Reason.UNAVAILABLE || reason == Reason.NO_ROOM || reason == Reason.TOO_MANY;
    }

    /** The SHA-256 hash of a file in lower-case hexadecimal. */
    static String hash(Path file) throws IOException {
        try (FileChannel channel = open(file)) {
            writeBack(channel);
            return Sha256.hex(channel);
        }
    }
}
