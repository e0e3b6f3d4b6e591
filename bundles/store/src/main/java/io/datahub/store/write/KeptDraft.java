package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.file.AtomicFile;
import io.datahub.api.file.FileFlush;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.records.quota.Quotas;
import io.datahub.records.staging.StagedFile;
import io.datahub.store.metadata.LastingDraftEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One lasting draft. Its bytes are in a file. At most one holder at a time writes it, and a later one takes over.
 * Thread-safe.
 *
 * <p>While bytes are received that remain only if they are synced, a file next to it holds the size without them, so
 * that they are discarded if the hub is killed in the meantime.
 */
final class KeptDraft {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final String name;
    private final Path file;
    private final Path unchecked;

    // All guarded by this.
    private LastingDraftEntry entry;
    private Quotas.Claim claim;
    private long size;

    /** The state of the bytes received so far; null if they have to be read again. */
    private StagedFile.Mark received;

    /** Who writes it; null if nobody does. */
    private Holder holder;

    private boolean committing;
    private boolean gone;
    private long lastChanged;

    /** Who writes a draft. */
    interface Holder {

        /** The size of the draft so far. */
        long size();

        /** Ends the writing, from any thread; called with the draft's monitor held. */
        void end() throws IOException;
    }

    /** Opens the draft for a holder. */
    interface Opener<H extends Holder> {
        H open(StagedFile staged) throws IOException;
    }

    /**
     * Loads a draft.
     *
     * @param claim the quota claim for the whole record, held until it is committed or deleted
     */
    KeptDraft(String name, LastingDraftEntry entry, Path folder, Quotas.Claim claim) throws IOException {
        this(name, entry, folder, claim, null);
        if (!entry.isDone()) {
            size = Files.size(file);
            lastChanged = Math.max(lastChanged, Files.getLastModifiedTime(file).toMillis());
            if (Files.exists(unchecked)) {
                size = Math.min(size, checkedBytes());
                StagedFile.resume(file, size, List.of()).leave();
            }
            FileFlush.file(file);
            discardNothing();
        }
    }

    /** The bytes that remain after a kill; none if the disk lost their number. */
    private long checkedBytes() throws IOException {
        try {
            return Long.parseLong(Files.readString(unchecked));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Likewise one of which the received bytes are known. */
    KeptDraft(String name, LastingDraftEntry entry, Path folder, Quotas.Claim claim, StagedFile.Mark received) {
        this.name = name;
        this.entry = entry;
        this.claim = claim;
        this.received = received;
        size = received == null ? 0 : received.size();
        file = folder.resolve(name);
        unchecked = folder.resolve(name + ".unchecked");
        lastChanged = Math.max(entry.created(), entry.done());
    }

    synchronized LastingDraftEntry entry() {
        return entry;
    }

    synchronized Quotas.Claim claim() {
        return claim;
    }

    String name() {
        return name;
    }

    /** The tag of the version of which it may contain bytes. */
    synchronized Optional<String> baseEtag() {
        return Optional.of(entry.etag()).filter(tag -> !tag.isEmpty() && !entry.isDone());
    }

    /** Refuses to give its bytes to another path if the user may not read the version of which it may contain bytes. */
    synchronized Optional<Refusal> refuseCopy(User user) {
        return baseEtag().isEmpty() || user.mayRead(entry.path())
                ? Optional.empty()
                : Optional.of(new Refusal(
                        Reason.FORBIDDEN,
                        "you have no grant to read " + entry.path() + ", of which the upload contains bytes"));
    }

    synchronized boolean isExpired(Duration keep, Instant now) {
        return holder == null && !committing && !expires(keep).isAfter(now);
    }

    synchronized Instant expires(Duration keep) {
        return Instant.ofEpochMilli(lastChanged).plus(keep);
    }

    /** The present state. */
    synchronized LastingDraft state(Duration keep) {
        OptionalLong length = entry.hasLength() ? OptionalLong.of(entry.length()) : OptionalLong.empty();
        long present = entry.isDone() ? length.orElse(0) : holder == null ? size : holder.size();
        Optional<String> etag = Optional.of(entry.etag()).filter(tag -> entry.isDone() && !tag.isEmpty());
        return new LastingDraft(
                name, entry.path(), length, present, expires(keep), entry.notes(), entry.isDone(), etag);
    }

    /**
     * Makes somebody the holder.
     *
     * @param request with the length of the whole record if it is known by now; it is stored, as is its path
     * @param newClaim the quota claim for it; accepted unless refused
     */
    synchronized <H extends Holder> Result<H> resume(WriteRequest request, ResumedClaim newClaim, Opener<H> opener)
            throws IOException {
        if (committing) {
            return Result.refused(Refusal.unavailable("the upload is being committed; retry", RETRY_AFTER));
        }
        endHolder();
        if (gone || entry.isDone()) {
            return Result.refused(Reason.CONFLICT, gone ? "the upload was deleted" : "the upload is committed already");
        }
        long length = request.length().orElse(-1);
        if (entry.hasLength() ? length != entry.length() : length >= 0 && length < size) {
            return Result.refused(
                    Reason.BAD_REQUEST,
                    entry.hasLength()
                            ? "the length was already declared as " + entry.length()
                            : "there are " + size + " bytes already, more than the declared length");
        }
        Optional<Refusal> noRoom = newClaim.adapt(request, entry, size);
        if (noRoom.isPresent()) {
            return Result.refused(noRoom.get());
        }
        boolean known = received != null && request.digests().isEmpty();
        StagedFile staged = known
                ? StagedFile.resume(file, received)
                : StagedFile.resume(file, size, request.digests().keySet());
        try {
            H opened = opener.open(staged);
            holder = opened;
            entry = entry.of(request.path()).withLength(length);
            claim = newClaim.accept();
            return Result.done(opened);
        } finally {
            if (holder == null) {
                staged.leave();
            }
        }
    }

    /** Whether this is still the holder. */
    synchronized boolean isHolder(Holder one) {
        return holder == one;
    }

    /** Ends the writing, if anybody writes and isn't committing. The bytes received so far are durable. */
    synchronized void endHolder() throws IOException {
        if (holder != null && !committing) {
            holder.end();
        }
    }

    /** The holder has ended. */
    synchronized void ended(StagedFile.Mark end) throws IOException {
        ended(end.size(), end);
        discardNothing();
    }

    /**
     * The holder has ended, but its bytes could not be flushed, or those after this size not be discarded; the next
     * holder does that.
     */
    synchronized void endedUnflushed(long bytes) {
        ended(bytes, null);
    }

    private void ended(long bytes, StagedFile.Mark end) {
        holder = null;
        size = bytes;
        if (!entry.hasLength()) {
            claim.settle(size);
        }
        received = end;
        lastChanged = System.currentTimeMillis();
    }

    /** All bytes remain if the hub is killed. */
    void discardNothing() throws IOException {
        if (Files.deleteIfExists(unchecked)) {
            FileFlush.directory(unchecked.getParent());
        }
    }

    /** Stores that only this many bytes remain if the hub is killed. */
    void discardAfter(long bytes) throws IOException {
        AtomicFile.write(
                unchecked, AtomicFile.Access.PRIVATE, Long.toString(bytes).getBytes(StandardCharsets.US_ASCII));
    }

    /** Begins the commit, during which nobody can take the draft over; false if this isn't the holder. */
    synchronized boolean beginCommit(Holder one) {
        if (committing || holder != one) {
            return false;
        }
        committing = true;
        return true;
    }

    /** Ends the commit. */
    synchronized void endCommit() {
        committing = false;
    }

    /** The draft is the record now, of this size and with this entity tag, which is empty if it is unknown. */
    synchronized void done(long bytes, String etag) throws IOException {
        holder = null;
        received = null;
        lastChanged = System.currentTimeMillis();
        entry = entry.withLength(bytes).done(lastChanged, etag);
        claim.close();
        Files.deleteIfExists(unchecked);
    }

    /** The number of bytes. */
    synchronized long bytes() {
        return size;
    }

    /**
     * Takes the draft away from its holder, so that its bytes can be read until {@link #endCommit}; refuses if it is
     * committed or being read already.
     */
    synchronized Optional<Refusal> hold() throws IOException {
        if (committing) {
            return Optional.of(Refusal.unavailable("the upload " + name + " is being committed; retry", RETRY_AFTER));
        }
        if (gone || entry.isDone()) {
            return Optional.of(new Refusal(Reason.CONFLICT, "the upload " + name + " is committed or deleted already"));
        }
        endHolder();
        committing = true;
        return Optional.empty();
    }

    /** The file that holds the bytes. */
    Path file() {
        return file;
    }

    /** Deletes the bytes; false if the draft is being committed. */
    synchronized boolean remove() throws IOException {
        if (committing) {
            return false;
        }
        endHolder();
        gone = true;
        claim.close();
        Files.deleteIfExists(file);
        Files.deleteIfExists(unchecked);
        return true;
    }

    /** Ends the commit that its holder has begun, and deletes the bytes. */
    synchronized void removeHeld() throws IOException {
        committing = false;
        remove();
    }

    /** Restores the quota claim that was released while another draft was made of this one. */
    synchronized void reopenClaim() {
        if (!gone && !entry.isDone()) {
            claim.reopen();
        }
    }
}
