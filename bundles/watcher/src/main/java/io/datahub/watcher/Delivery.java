package io.datahub.watcher;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.Upload;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** Makes the bytes of a file a version of a record: validated and committed like any upload. For any thread. */
final class Delivery {

    private static final int BUFFER_BYTES = 1 << 18;

    private final RecordStore store;

    /** What came of it. */
    sealed interface Outcome {}

    /** They are a version of the record now. */
    record Committed(String sha256, String cursor) implements Outcome {}

    /** They were refused for good. */
    record Refused(Refusal refusal) implements Outcome {}

    /** Nothing came of it now: the file was written to meanwhile, or the reason for a refusal passes. */
    record Later() implements Outcome {}

    Delivery(RecordStore store) {
        this.store = store;
    }

    /**
     * Delivers a file. Where it doesn't look as expected any more when its bytes have been copied, nothing is committed.
     *
     * @throws IOException if it can't be read, or the disk fails
     */
    Outcome deliver(RecordPath path, Path file, Stamp expected) throws IOException {
        if (path.equals(RecordPath.USERS)) {
            return new Refused(new Refusal(
                    Reason.FORBIDDEN, "the users file can't come by incoming/; upload it, or edit it in files/"));
        }
        try (FileChannel bytes = open(file)) {
            writeBack(bytes);
            if (isChanged(file, expected)) {
                return new Later();
            }
            Optional<String> present = alreadyCommitted(path, expected, bytes);
            return present.isPresent()
                    ? new Committed(present.get(), "already-committed")
                    : upload(path, file, expected, bytes.position(0));
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Has the system write the file back. Pages that a program changed by {@code mmap} are protected again then, so that the
     * next change by that program gives the file another time.
     */
    private static void writeBack(FileChannel bytes) {
        try {
            bytes.force(false);
        } catch (IOException e) {
            // Some file systems flush only what was opened for writing.
        }
    }

    private static boolean isChanged(Path file, Stamp expected) throws IOException {
        return !Stamp.of(file).equals(Optional.of(expected));
    }

    /**
     * The hash of the bytes if they have been committed since the file last changed: a hub that was killed between the commit
     * and the removal of the file has done its work.
     */
    private Optional<String> alreadyCommitted(RecordPath path, Stamp stamp, FileChannel bytes) throws IOException {
        Result<RecordVersion> found = store.find(User.HUB, path);
        if (found.isRefused()
                || found.get().size() != stamp.size()
                || !stamp.isOlderThan(found.get().modified())) {
            return Optional.empty();
        }
        Optional<String> sha256 = found.get().sha256();
        return sha256.isPresent() && sha256.get().equals(hash(bytes)) ? sha256 : Optional.empty();
    }

    private Outcome upload(RecordPath path, Path file, Stamp expected, FileChannel bytes) throws IOException {
        Result<Upload> begun = store.begin(new WriteRequest(User.HUB, "incoming", path));
        if (begun.isRefused()) {
            return refused(begun.refusal().orElseThrow());
        }
        try (Upload upload = begun.get()) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
            long left = expected.size(); // a file that grows while it is copied would never end
            while (left > 0 && bytes.read(limited(buffer, left)) >= 0) {
                left -= buffer.position();
                Optional<Refusal> refusal = upload.write(buffer.flip());
                if (refusal.isPresent()) {
                    return refused(refusal.get());
                }
            }
            if (isChanged(file, expected)) {
                return new Later();
            }
            Result<Change> change = upload.commit();
            return change.isRefused()
                    ? refused(change.refusal().orElseThrow())
                    : new Committed(
                            change.get().version().sha256().orElse(""),
                            change.get().cursor().toString());
        }
    }

    private static ByteBuffer limited(ByteBuffer buffer, long left) {
        return buffer.clear().limit((int) Math.min(buffer.capacity(), left));
    }

    private static Outcome refused(Refusal refusal) {
        return passes(refusal.reason()) ? new Later() : new Refused(refusal);
    }

    /** Whether the reason may be gone when it is tried again. */
    private static boolean passes(Reason reason) {
        return reason == Reason.UNAVAILABLE || reason == Reason.NO_ROOM || reason == Reason.TOO_MANY;
    }

    /** The SHA-256 of a file, in lower-case hexadecimal. */
    static String hash(Path file) throws IOException {
        try (FileChannel bytes = open(file)) {
            writeBack(bytes);
            return hash(bytes);
        }
    }

    private static String hash(FileChannel bytes) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        while (bytes.read(buffer.clear()) >= 0) {
            digest.update(buffer.flip());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
