package io.datahub.store.read;

import io.datahub.api.FileDescriptors;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import io.datahub.records.guard.ReservedPaths;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.metadata.IndexEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** Serves current versions to users who may read them. */
public final class RecordReader {

    private static final int TRIES = 20;

    private final StoreContext context;
    private final LastGoodVersions lastGoodVersions;
    private final RestoredFileMatcher versionMatcher;
    private final Readings readings = new Readings(FileDescriptors.max());

    public RecordReader(StoreContext context, LastGoodVersions lastGoodVersions, IndexWriter indexWriter) {
        this.context = context;
        this.lastGoodVersions = lastGoodVersions;
        versionMatcher = new RestoredFileMatcher(context, indexWriter);
    }

    /** The current version. */
    public Result<RecordVersion> find(User user, RecordPath path) throws IOException {
        PathState state = state(user, path);
        Optional<Refusal> refusal = refuse(user, path, state);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        return Result.done(activeUsers(path, state)
                .map(copy -> state.entry().orElseThrow().version(path))
                .or(() -> state.version(path))
                .orElseThrow());
    }

    /**
     * The current version, if the index has it, it is durable, and the file on a local disk is unmodified; never waits
     * for a commit.
     */
    public Optional<RecordVersion> peek(User user, RecordPath path) throws IOException {
        if (!context.tree().isLocal() || ReservedPaths.contain(path) || !user.mayRead(path)) {
            return Optional.empty();
        }
        Optional<IndexEntry> entry = context.metadata().durableEntry(path);
        return entry.isPresent() && new PathState(context.tree().lookUpUnchecked(path), entry).isConsistent()
                ? Optional.of(entry.get().version(path))
                : Optional.empty();
    }

    /** Opens the current version. Refuses while the maximum number is open. */
    public Result<Reading> open(User user, RecordPath path) throws IOException {
        return readings.open(() -> openPresent(user, path));
    }

    private Result<Reading> openPresent(User user, RecordPath path) throws IOException {
        FileSystemException failure = null;
        for (int i = 0; i < TRIES; i++) {
            PathState state = state(user, path);
            Optional<Refusal> refusal = refuse(user, path, state);
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
            try {
                Optional<Reading> reading = open(path, state);
                if (reading.isPresent()) {
                    return Result.done(reading.get());
                }
            } catch (FileSystemException e) {
                failure = e;
            }
        }
        throw failure != null ? failure : new IOException(path + " changes faster than it can be opened");
    }

    /** Opens the version described by {@code state}; empty if the file has been replaced. */
    private Optional<Reading> open(RecordPath path, PathState state) throws IOException {
        Optional<Path> copy = activeUsers(path, state);
        if (copy.isPresent()) {
            FileChannel channel = FileChannel.open(copy.get(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            return Optional.of(new OpenReading(state.entry().orElseThrow().version(path), channel));
        }
        FileChannel channel = context.tree().open(path);
        boolean same = false;
        try {
            same = FileStat.of(context.tree().resolve(path))
                    .filter(state.onDisk().stat()::equals)
                    .isPresent();
        } finally {
            if (!same) {
                channel.close();
            }
        }
        return same ? Optional.of(new OpenReading(state.version(path).orElseThrow(), channel)) : Optional.empty();
    }

    /**
     * The last valid users file while the file on disk is being edited: it is the active one, so it is the only one
     * that is ever served.
     */
    private Optional<Path> activeUsers(RecordPath path, PathState state) throws IOException {
        return path.equals(RecordPath.USERS)
                        && !state.isConsistent()
                        && state.entry().isPresent()
                ? lastGoodVersions.find(path, state.entry().get())
                : Optional.empty();
    }

    private PathState state(User user, RecordPath path) throws IOException {
        if (ReservedPaths.contain(path) || !(user.mayRead(path) || user.mayEnter(path))) {
            return PathState.NOTHING;
        }
        PathState state = durableState(path);
        return context.isTemporary(path, state) ? PathState.NOTHING : state;
    }

    /** The state of a path, with nothing that a killed hub would forget. */
    private PathState durableState(RecordPath path) throws IOException {
        List<RecordPath> paths = List.of(path);
        for (int i = 0; i < TRIES; i++) {
            PathState state = versionMatcher.match(path, context.lookUp(path));
            if (context.metadata().awaitDurable(paths)) {
                return state;
            }
        }
        throw new IOException("the index entry of " + path + " can't be written");
    }

    private Optional<Refusal> refuse(User user, RecordPath path, PathState state) throws IOException {
        if (!user.mayRead(path) && !state.onDisk().isDirectory()) {
            return Optional.of(new Refusal(Reason.FORBIDDEN, "you have no grant to read " + path));
        }
        if (activeUsers(path, state).isPresent()) {
            return Optional.empty();
        }
        return switch (state.onDisk().kind()) {
            case FILE -> Optional.empty();
            case DIRECTORY ->
                Optional.of(new Refusal(Reason.CONFLICT, path + " is a directory; append a slash to list it"));
            case NOTHING, SPECIAL, BELOW_FILE ->
                Optional.of(new Refusal(Reason.NOT_FOUND, "there is no record " + path));
        };
    }

    private record OpenReading(RecordVersion version, FileChannel channel) implements Reading {
        @Override
        public int read(ByteBuffer bytes, long position) throws IOException {
            return channel.read(bytes, position);
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            return channel.transferTo(position, count, target);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
