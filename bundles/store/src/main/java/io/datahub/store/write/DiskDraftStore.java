package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.records.draft.BaseVersion;
import io.datahub.records.draft.DraftStore;
import io.datahub.records.quota.Counted;
import io.datahub.records.staging.StagedFile;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.SpareFile;
import io.datahub.store.metadata.IndexEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What drafts need to know of the records on disk. */
public record DiskDraftStore(StoreContext context, SpareFile spare) implements DraftStore {

    private static final int TRIES = 20;

    /** Most uploads make new records, for which a cheaper look suffices: the commit looks again. */
    @Override
    public PathState lookUp(RecordPath path) throws IOException {
        boolean isNew =
                context.metadata().entry(path).isEmpty() && context.tree().seemsFree(path);
        return isNew ? PathState.NOTHING : context.lookUp(path);
    }

    @Override
    public Optional<Counted> counted(RecordPath path) throws IOException {
        return context.metadata().entry(path).map(IndexEntry::counted);
    }

    @Override
    public Path newFile() {
        return context.staging().newFile();
    }

    @Override
    public void makeRoom() throws IOException {
        spare.release();
    }

    @Override
    public Result<Optional<BaseVersion>> open(RecordPath path, StagedFile staged) throws IOException {
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

        BaseVersion.Bytes keep() {
            kept = true;
            return new FileBytes(channel);
        }

        @Override
        public void close() throws IOException {
            if (!kept) {
                channel.close();
            }
        }
    }

    /** The bytes of an open file. */
    private record FileBytes(FileChannel channel) implements BaseVersion.Bytes {

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return channel.read(target, position);
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
