package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.RecordVersion;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StagedFile;
import io.datahub.store.core.StoreContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Optional;

/**
 * The version that a draft began from. The draft consists of the bytes of its staged file, followed by those of this
 * version from there on, until they are copied, cut off or overwritten in order. Not thread-safe.
 */
final class BaseVersion implements AutoCloseable {

    private static final int TRIES = 20;
    private static final int COPY_BYTES = 1 << 18;

    private final RecordVersion version;
    private final FileChannel channel;
    private final StagedFile staged;

    /** Where the draft ends, unless the staged file is longer. */
    private long end;

    private boolean copied;

    /** Whether bytes are still missing in the staged file; an interrupt closes the channel without having them. */
    private boolean pending = true;

    private BaseVersion(RecordVersion version, FileChannel channel, StagedFile staged) {
        this.version = version;
        this.channel = channel;
        this.staged = staged;
        end = version.size();
    }

    /**
     * Opens the current version; empty if there is none.
     *
     * @param staged the file of the draft, still empty
     */
    static Result<Optional<BaseVersion>> open(StoreContext context, RecordPath path, StagedFile staged)
            throws IOException {
        FileSystemException failure = null;
        for (int i = 0; i < TRIES; i++) {
            PathState state = context.lookUp(path);
            if (!context.metadata().awaitDurable(List.of(path))) {
                continue;
            }
            if (!state.onDisk().isFile() || context.isTemporary(path, state)) {
                return Result.done(Optional.empty());
            }
            if (!state.isConsistent()) {
                return Result.refused(Reason.CONFLICT, path + " is being changed on disk; retry when it has settled");
            }
            try (Opening opening = new Opening(context.tree().open(path))) {
                if (context.isUnchangedOnDisk(path, state)) {
                    RecordVersion version = state.version(path).orElseThrow();
                    return Result.done(Optional.of(new BaseVersion(version, opening.keep(), staged)));
                }
            } catch (FileSystemException e) {
                failure = e;
            }
        }
        throw failure != null ? failure : new IOException(path + " changes faster than it can be opened");
    }

    /** Closes a channel unless it is kept. */
    private static final class Opening implements AutoCloseable {
        private final FileChannel channel;
        private boolean kept;

        Opening(FileChannel channel) {
            this.channel = channel;
        }

        FileChannel keep() {
            kept = true;
            return channel;
        }

        @Override
        public void close() throws IOException {
            if (!kept) {
                channel.close();
            }
        }
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
        channel.close();
    }

    /** Copies the bytes that are still missing in the staged file. */
    Optional<Refusal> copy(DraftReceiver receiver) throws IOException {
        if (!isPending()) {
            return Optional.empty();
        }
        if (!channel.isOpen()) {
            return Optional.of(
                    new Refusal(Reason.CONFLICT, "copying " + version.path() + " was interrupted; start again"));
        }
        copied |= staged.size() < end;
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(COPY_BYTES, Math.max(1, end - staged.size())));
        while (staged.size() < end) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - staged.size()));
            if (channel.read(buffer, staged.size()) < 0) {
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
        channel.close();
    }
}
