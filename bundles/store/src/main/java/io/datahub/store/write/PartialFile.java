package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.PartialUpload;
import io.datahub.api.record.WriteRequest;
import io.datahub.store.core.StagedFile;
import io.datahub.store.disk.Disk;
import io.datahub.store.metadata.PartialUploadEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * One resumable upload. Its bytes are in a file. At most one request at a time appends to it, and a later request takes
 * over from an earlier one, since a reconnecting client knows better than its old connection whether that is dead.
 * Thread-safe.
 *
 * <p>While data with a digest is being received, a file next to it holds the offset where that data began, so that a
 * hub that is killed in the meantime discards what it couldn't verify.
 */
final class PartialFile {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final String name;
    private final Path file;
    private final Path unchecked;
    private final Quotas.Claim claim;

    // All guarded by this.
    private PartialUploadEntry entry;
    private long size;

    /** The state of the bytes received so far; null if they have to be read again. */
    private StagedFile.Mark received;

    /** The append in progress; null if there is none. */
    private Append append;

    private boolean committing;
    private boolean gone;
    private long lastChanged;

    /**
     * Loads an upload.
     *
     * @param claim the quota claim for the whole upload, held until it becomes a record or is deleted
     */
    PartialFile(String name, PartialUploadEntry entry, Path folder, Quotas.Claim claim) throws IOException {
        this.claim = claim;
        this.name = name;
        this.entry = entry;
        file = folder.resolve(name);
        unchecked = folder.resolve(name + ".unchecked");
        lastChanged = Math.max(entry.created(), entry.done());
        if (!entry.isDone()) {
            size = Files.size(file);
            lastChanged = Math.max(lastChanged, Files.getLastModifiedTime(file).toMillis());
            if (Files.exists(unchecked)) {
                size = Math.min(size, Long.parseLong(Files.readString(unchecked)));
                StagedFile.resume(file, size, List.of()).leave();
                Files.delete(unchecked);
            }
            Disk.flushFile(file);
        }
    }

    Quotas.Claim claim() {
        return claim;
    }

    synchronized PartialUploadEntry entry() {
        return entry;
    }

    String name() {
        return name;
    }

    synchronized boolean isExpired(Duration keep, Instant now) {
        return append == null && !committing && !expires(keep).isAfter(now);
    }

    private Instant expires(Duration keep) {
        return Instant.ofEpochMilli(lastChanged).plus(keep);
    }

    /** The upload's present state. Ends an append in progress. */
    synchronized PartialUpload state(Duration keep) throws IOException {
        if (!committing) {
            endAppend();
        }
        Optional<String> etag = Optional.of(entry.etag()).filter(tag -> !tag.isEmpty());
        OptionalLong length = entry.hasLength() ? OptionalLong.of(entry.length()) : OptionalLong.empty();
        return new PartialUpload(
                name, entry.path(), length, currentOffset(), expires(keep), entry.notes(), etag, entry.isPart());
    }

    /** The committed offset. The last byte of a record counts only once the record is committed. */
    private long currentOffset() {
        if (entry.isDone()) {
            return entry.length();
        }
        return entry.isPart() || !entry.hasLength() ? size : Math.min(size, Math.max(0, entry.length() - 1));
    }

    boolean isPart() {
        return entry.isPart();
    }

    /**
     * Begins another append.
     *
     * @param request with the length of the whole upload if it is known by now; it is stored
     * @param appender begins the append to the file
     */
    synchronized <A extends Append> Result<A> resume(
            WriteRequest request, long offset, Function<StagedFile, A> appender) throws IOException {
        if (committing) {
            return Result.refused(Refusal.unavailable("the upload is being committed; retry", RETRY_AFTER));
        }
        endAppend();
        long currentOffset = currentOffset();
        if (gone || entry.isDone() || offset != currentOffset) {
            return Result.refused(
                    Reason.CONFLICT,
                    gone ? "the upload was deleted" : "the upload's offset is " + currentOffset + ", not " + offset);
        }
        long length = request.length().orElse(-1);
        if (entry.hasLength() ? length != entry.length() : length >= 0 && length < size) {
            return Result.refused(
                    Reason.BAD_REQUEST,
                    entry.hasLength()
                            ? "the upload's length was already declared as " + entry.length()
                            : "the upload has " + size + " bytes already, more than the declared length");
        }
        entry = entry.withLength(length);
        if (size > currentOffset) {
            size = currentOffset;
            received = null;
        }
        StagedFile staged =
                received == null ? StagedFile.resume(file, size, List.of()) : StagedFile.resume(file, received);
        try {
            A begun = appender.apply(staged);
            append = begun;
            if (!request.digests().isEmpty()) {
                Files.writeString(unchecked, Long.toString(size));
            }
            return Result.done(begun);
        } catch (IOException | RuntimeException e) {
            staged.leave();
            throw e;
        }
    }

    /** Whether this is still the append in progress. */
    boolean isCurrent(Append one) {
        return append == one;
    }

    /** Ends the append in progress, if any. The bytes received so far are durable. */
    synchronized void endAppend() throws IOException {
        if (append != null) {
            append.end();
        }
    }

    /**
     * Locks a complete part so that its bytes can be read; {@link #setCommitting} unlocks it.
     *
     * @return a refusal if bytes are missing, or if the part is locked already
     */
    synchronized Optional<Refusal> hold() throws IOException {
        if (committing) {
            return Optional.of(Refusal.unavailable("the part " + name + " is being concatenated; retry", RETRY_AFTER));
        }
        if (gone || size != entry.length()) {
            return Optional.of(new Refusal(
                    Reason.CONFLICT,
                    "the part " + name + " isn't complete: it has " + size + " bytes of "
                            + (entry.hasLength() ? entry.length() : "an unknown length")));
        }
        endAppend();
        committing = true;
        return Optional.empty();
    }

    /** The file that holds the bytes. */
    Path file() {
        return file;
    }

    /** Updates the state after an append. The caller holds this object's monitor. */
    void appendEnded(StagedFile.Mark end) throws IOException {
        append = null;
        size = end.size();
        received = end;
        lastChanged = System.currentTimeMillis();
        Files.deleteIfExists(unchecked);
    }

    /** Begins or ends the commit, during which no other request can take the upload over. */
    synchronized void setCommitting(boolean begins) {
        committing = begins;
        if (!begins) {
            received = null;
        }
    }

    synchronized void done(Change change) {
        lastChanged = System.currentTimeMillis();
        entry = entry.done(lastChanged, change.version().etag().orElse(""));
        claim.close();
    }

    /** Deletes the bytes; false if the upload is being committed. */
    synchronized boolean remove() throws IOException {
        if (committing) {
            return false;
        }
        endAppend();
        gone = true;
        claim.close();
        Files.deleteIfExists(file);
        Files.deleteIfExists(unchecked);
        return true;
    }

    /** An append in progress. */
    interface Append {

        /** Ends the append, from any thread; called with this upload's monitor held. */
        void end() throws IOException;
    }
}
