package io.datahub.records.draft;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.RecordVersion;
import io.datahub.records.staging.StagedFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The version that a draft began from. The draft consists of the bytes of its staged file, followed by those of this
 * version from there on, until they are copied, cut off or overwritten in order. Not thread-safe.
 */
public final class BaseVersion implements AutoCloseable {

    private static final int COPY_BYTES = 1 << 18;

    private final RecordVersion version;
    private final Bytes bytes;
    private final StagedFile staged;

    /** Where the draft ends, unless the staged file is longer. */
    private long end;

    private boolean copied;

    /** Whether bytes are still missing in the staged file; an interrupt closes the version without having them. */
    private boolean pending = true;

    /** The bytes of a version. */
    public interface Bytes extends Closeable {

        /** Reads some bytes from a position; -1 at the end. */
        int read(ByteBuffer target, long position) throws IOException;

        /** Whether they can still be read; an interrupt may have closed them. */
        boolean isOpen();
    }

    /**
     * @param bytes those of the version; closed on close, and once they are no longer needed
     * @param staged the file of the draft, still empty
     */
    public BaseVersion(RecordVersion version, Bytes bytes, StagedFile staged) {
        this.version = version;
        this.bytes = bytes;
        this.staged = staged;
        end = version.size();
    }

    /** Its entity tag. */
    Optional<String> etag() {
        return version.etag();
    }

    /** Whether the draft may contain bytes of it. */
    boolean isUsed() {
        return copied || isPending();
    }

    /** Whether bytes of it are part of the draft that aren't in the staged file yet. */
    boolean isPending() {
        return pending;
    }

    /** The size of the draft. */
    long size() {
        return isPending() ? Math.max(staged.size(), end) : staged.size();
    }

    /** Whether the record still has this version, if that matters. */
    Precondition condition() {
        return isUsed() ? current -> current.flatMap(RecordVersion::etag).equals(version.etag()) : Precondition.NONE;
    }

    /** Cuts the draft off, if that concerns only bytes of this version. */
    boolean truncate(long size) {
        boolean mine = isPending() && size > staged.size() && size <= end;
        if (mine) {
            end = size;
        }
        return mine;
    }

    /** The staged file has changed; bytes that it covers are no longer needed. */
    void stagedChanged(boolean cutOff) throws IOException {
        if (cutOff || staged.size() >= end) {
            complete();
        }
    }

    private void complete() throws IOException {
        pending = false;
        bytes.close();
    }

    /** Copies the bytes that are still missing in the staged file. */
    Optional<Refusal> copy(DraftReceiver receiver) throws IOException {
        if (!isPending()) {
            return Optional.empty();
        }
        if (!bytes.isOpen()) {
            return Optional.of(
                    new Refusal(Reason.CONFLICT, "copying " + version.path() + " was interrupted; start again"));
        }
        copied |= staged.size() < end;
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(COPY_BYTES, Math.max(1, end - staged.size())));
        while (staged.size() < end) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - staged.size()));
            if (bytes.read(buffer, staged.size()) < 0) {
                return Optional.of(new Refusal(
                        Reason.CONFLICT, version.path() + " was changed on disk while it was copied; start again"));
            }
            Optional<Refusal> refusal = receiver.write(staged.size(), buffer.flip());
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        complete();
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
