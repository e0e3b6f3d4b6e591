package io.datahub.store.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.PartialUpload;
import io.datahub.api.record.ResumableUploads.Continuation;
import io.datahub.api.record.WriteRequest;
import io.datahub.store.disk.Disk;
import io.datahub.store.metadata.PartialUploadEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One resumable upload. Its bytes lie in a file; at most one request at a time is sending more of them, and whoever comes
 * later takes it over: a client that comes again knows better than its old connection whether that is dead. For any thread.
 *
 * <p>While a piece comes that has a digest, a file beside it says where the piece began, so that a hub that is killed meanwhile
 * forgets what it couldn't check.
 */
final class PartialFile {

    private static final Duration SOON = Duration.ofSeconds(1);

    private final String name;
    private final Path file;
    private final Path unchecked;
    private final Uploads uploads;
    private final Quotas.Claim claim;

    // All guarded by this.
    private PartialUploadEntry facts;
    private long size;

    /** Has seen the bytes that are there; null if they have to be read again. */
    private MessageDigest hashed;

    /** What comes in; null if nothing does. */
    private UploadAppend piece;

    private boolean committing;
    private boolean gone;
    private long touched;

    /**
     * Takes over what is there.
     *
     * @param claim to the room for all of it, held until it is a record or gone
     */
    PartialFile(String name, PartialUploadEntry facts, Path folder, Uploads uploads, Quotas.Claim claim)
            throws IOException {
        this.claim = claim;
        this.name = name;
        this.facts = facts;
        this.uploads = uploads;
        file = folder.resolve(name);
        unchecked = folder.resolve(name + ".unchecked");
        touched = Math.max(facts.created(), facts.done());
        if (!facts.isDone()) {
            size = Files.size(file);
            touched = Math.max(touched, Files.getLastModifiedTime(file).toMillis());
            if (Files.exists(unchecked)) {
                size = Math.min(size, Long.parseLong(Files.readString(unchecked)));
                StagedFile.resume(file, size, null).leave();
                Files.delete(unchecked);
            }
            Disk.flushFile(file);
        }
    }

    Quotas.Claim claim() {
        return claim;
    }

    synchronized PartialUploadEntry facts() {
        return facts;
    }

    String name() {
        return name;
    }

    synchronized boolean isExpired(Duration keep, Instant now) {
        return piece == null && !committing && !expires(keep).isAfter(now);
    }

    private Instant expires(Duration keep) {
        return Instant.ofEpochMilli(touched).plus(keep);
    }

    /** How far it has come; whoever is still sending loses it. */
    synchronized PartialUpload state(Duration keep) throws IOException {
        if (!committing) {
            endPiece();
        }
        Optional<String> etag = Optional.of(facts.etag()).filter(tag -> !tag.isEmpty());
        OptionalLong length = facts.hasLength() ? OptionalLong.of(facts.length()) : OptionalLong.empty();
        return new PartialUpload(
                name, facts.path(), length, stands(), expires(keep), facts.notes(), etag, facts.isPart());
    }

    /** How many bytes count: the last one of a record only once that is committed. */
    private long stands() {
        if (facts.isDone()) {
            return facts.length();
        }
        return facts.isPart() || !facts.hasLength() ? size : Math.min(size, Math.max(0, facts.length() - 1));
    }

    boolean isPart() {
        return facts.isPart();
    }

    /**
     * Begins another piece.
     *
     * @param request with the length that the upload will have, where that is known by now; it is kept
     */
    synchronized Result<Continuation> resume(WriteRequest request, long offset, Turn turn, UploadLimiter.Slot slot)
            throws IOException {
        if (committing) {
            return Result.refused(Refusal.unavailable("the upload is being completed; ask again", SOON));
        }
        endPiece();
        long stands = stands();
        if (gone || facts.isDone() || offset != stands) {
            return Result.refused(
                    Reason.CONFLICT,
                    gone ? "the upload is gone" : "the upload stands at " + stands + ", not at " + offset);
        }
        long length = request.length().orElse(-1);
        if (facts.hasLength() ? length != facts.length() : length >= 0 && length < size) {
            return Result.refused(
                    Reason.BAD_REQUEST,
                    facts.hasLength()
                            ? "the upload's length is " + facts.length() + " already"
                            : "the upload has " + size + " bytes already, which is more than its length");
        }
        facts = facts.withLength(length);
        if (size > stands) {
            size = stands;
            hashed = null;
        }
        StagedFile staged = StagedFile.resume(file, size, hashed);
        try {
            piece = new UploadAppend(this, request, staged, uploads, turn, slot);
            if (piece.hasDigest()) {
                Files.writeString(unchecked, Long.toString(size));
            }
            return Result.done(piece);
        } catch (IOException | RuntimeException e) {
            staged.leave();
            throw e;
        }
    }

    /** Whether this is still the one that is sending. */
    boolean isTurnOf(UploadAppend one) {
        return piece == one;
    }

    /** Lets go of the piece that comes in, if one does; what came lasts. */
    synchronized void endPiece() throws IOException {
        if (piece != null) {
            piece.end();
        }
    }

    /**
     * Holds all bytes of a part as they are, so that they can be read; {@link #setCommitting} lets it go.
     *
     * @return a refusal if there are bytes missing, or somebody holds it
     */
    synchronized Optional<Refusal> hold() throws IOException {
        if (committing) {
            return Optional.of(Refusal.unavailable("the part " + name + " is being concatenated; ask again", SOON));
        }
        if (gone || size != facts.length()) {
            return Optional.of(new Refusal(
                    Reason.CONFLICT,
                    "the part " + name + " isn't complete: it has " + size + " bytes of "
                            + (facts.hasLength() ? facts.length() : "a length that nobody said")));
        }
        endPiece();
        committing = true;
        return Optional.empty();
    }

    /** Where the bytes lie. */
    Path file() {
        return file;
    }

    /** Notes what a piece has left behind; under this object's monitor. */
    void settle(long bytes, MessageDigest digest) throws IOException {
        piece = null;
        size = bytes;
        hashed = digest;
        touched = System.currentTimeMillis();
        Files.deleteIfExists(unchecked);
    }

    /** Begins or ends the time in which nobody can take it over. */
    synchronized void setCommitting(boolean begins) {
        committing = begins;
        if (!begins) {
            hashed = null;
        }
    }

    synchronized void done(Change change) {
        touched = System.currentTimeMillis();
        facts = facts.done(touched, change.version().etag().orElse(""));
        claim.close();
    }

    /** Takes the bytes away; false if it is being completed. */
    synchronized boolean remove() throws IOException {
        if (committing) {
            return false;
        }
        endPiece();
        gone = true;
        claim.close();
        Files.deleteIfExists(file);
        Files.deleteIfExists(unchecked);
        return true;
    }

    /** Is told what became of an upload. */
    interface Turn {

        /** It has become a record. */
        void done(PartialFile upload);

        /** It was refused for good. */
        void lost(PartialFile upload) throws IOException;
    }
}
