package io.datahub.store.record;

import io.datahub.api.Descriptors;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import io.datahub.store.disk.FileStat;
import io.datahub.store.disk.Tree;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Serves present versions to those who may read them. */
final class RecordReader {

    private static final int TRIES = 20;

    private final StoreContext holdings;
    private final LastGoodVersions goods;
    private final VersionMatcher recognition;
    private final Readings readings = new Readings(Descriptors.most());

    RecordReader(StoreContext holdings, LastGoodVersions goods, VersionMatcher recognition) {
        this.holdings = holdings;
        this.goods = goods;
        this.recognition = recognition;
    }

    Result<RecordVersion> find(User user, RecordPath path) throws IOException {
        PathState sight = sight(user, path);
        Optional<Refusal> refusal = refuse(user, path, sight);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        return Result.done(inForce(path, sight)
                .map(copy -> sight.entry().orElseThrow().version(path))
                .or(() -> sight.version(path))
                .orElseThrow());
    }

    Result<Reading> open(User user, RecordPath path) throws IOException {
        return readings.open(() -> openPresent(user, path));
    }

    private Result<Reading> openPresent(User user, RecordPath path) throws IOException {
        FileSystemException failure = null;
        for (int i = 0; i < TRIES; i++) {
            PathState sight = sight(user, path);
            Optional<Refusal> refusal = refuse(user, path, sight);
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
            try {
                Optional<Reading> reading = open(path, sight);
                if (reading.isPresent()) {
                    return Result.done(reading.get());
                }
            } catch (FileSystemException e) {
                failure = e;
            }
        }
        throw failure != null ? failure : new IOException(path + " changes faster than it can be opened");
    }

    /** Opens what was seen; empty if it was another file already. */
    private Optional<Reading> open(RecordPath path, PathState sight) throws IOException {
        Optional<Path> copy = inForce(path, sight);
        if (copy.isPresent()) {
            FileChannel channel = FileChannel.open(copy.get(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            return Optional.of(new OpenReading(sight.entry().orElseThrow().version(path), channel));
        }
        FileChannel channel = holdings.tree().open(path);
        boolean same = false;
        try {
            same = FileStat.of(holdings.tree().resolve(path))
                    .filter(sight.place().stat()::equals)
                    .isPresent();
        } finally {
            if (!same) {
                channel.close();
            }
        }
        return same ? Optional.of(new OpenReading(sight.version(path).orElseThrow(), channel)) : Optional.empty();
    }

    /**
     * The last good users file, while somebody edits the one in the tree: it is the one in force, so nobody ever reads
     * another.
     */
    private Optional<Path> inForce(RecordPath path, PathState sight) throws IOException {
        return path.equals(RecordPath.USERS)
                        && !sight.isSettled()
                        && sight.entry().isPresent()
                ? goods.find(path, sight.entry().get())
                : Optional.empty();
    }

    private PathState sight(User user, RecordPath path) throws IOException {
        if (Tree.isReserved(path) || !(user.mayRead(path) || user.mayEnter(path))) {
            return PathState.NOTHING;
        }
        PathState sight = recognition.settle(path, holdings.look(path));
        return holdings.isUnfinished(path, sight) ? PathState.NOTHING : sight;
    }

    private Optional<Refusal> refuse(User user, RecordPath path, PathState sight) throws IOException {
        if (!user.mayRead(path) && !sight.place().isDirectory()) {
            return Optional.of(new Refusal(Reason.FORBIDDEN, "you have no grant to read " + path));
        }
        if (inForce(path, sight).isPresent()) {
            return Optional.empty();
        }
        return switch (sight.place().kind()) {
            case FILE -> Optional.empty();
            case DIRECTORY ->
                Optional.of(new Refusal(Reason.CONFLICT, path + " is a directory; a slash at the end lists it"));
            case NOTHING, SPECIAL, BELOW_FILE ->
                Optional.of(new Refusal(Reason.NOT_FOUND, "there is no record " + path));
        };
    }

    private record OpenReading(RecordVersion version, FileChannel channel) implements Reading {
        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
