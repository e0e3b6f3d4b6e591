package io.datahub.watcher;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.Upload;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns files that local users put into {@code incoming/} into records: judged and committed like any upload, then removed. */
final class Incoming {

    private static final Logger LOG = LoggerFactory.getLogger(Incoming.class);
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path root;
    private final Path rejected;
    private final RecordStore store;

    /**
     * Takes files.
     *
     * @param rejected where files go that are refused
     */
    Incoming(Path root, Path rejected, RecordStore store) {
        this.root = root;
        this.rejected = rejected;
        this.store = store;
    }

    /**
     * Takes a file, or everything in a directory.
     *
     * @param quiet how long a file must have rested
     * @param again is told of each path that must be tried again later
     */
    void take(RecordPath path, Duration quiet, Consumer<RecordPath> again) throws IOException {
        Path file = path.under(root);
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return;
        }
        if (attributes.isDirectory()) {
            try (Stream<Path> children = Files.list(file)) {
                children.forEach(
                        child -> RecordPath.parse(root.relativize(child).toString())
                                .then(found -> {
                                    again.accept(found);
                                    return Result.done(found);
                                }));
            }
        } else if (attributes.isRegularFile() && !store.isTemporary(path)) {
            Duration age = Duration.between(attributes.lastModifiedTime().toInstant(), Instant.now());
            if (!age.isNegative() && age.compareTo(quiet) < 0) {
                again.accept(path);
            } else {
                take(path, file, attributes, again);
            }
        }
    }

    private void take(RecordPath path, Path file, BasicFileAttributes seen, Consumer<RecordPath> again)
            throws IOException {
        Result<Change> result = path.equals(RecordPath.USERS)
                ? Result.refused(
                        Reason.FORBIDDEN, "the users file can't come by incoming/; upload it, or edit it in files/")
                : upload(path, file);
        Optional<Refusal> refusal = result.refusal();
        if (refusal.map(Refusal::reason).filter(Incoming::passes).isPresent()) {
            again.accept(path);
            return;
        }
        Files.createDirectories(rejected);
        Path aside = rejected.resolve(System.currentTimeMillis() + "-incoming-" + shortened(path.name()));
        if (!moveAside(file, aside, seen)) {
            again.accept(path);
        } else if (refusal.isPresent()) {
            LOG.warn(
                    "incoming=refused path=\"{}\" reason=\"{}\" kept=\"{}\"",
                    path,
                    refusal.get().detail(),
                    aside);
        } else {
            Files.delete(aside);
            LOG.info("incoming=taken path=\"{}\" cursor={}", path, result.get().cursor());
        }
    }

    /** Takes away the file that was read, and no other one that somebody put in its place; false if it has changed. */
    private static boolean moveAside(Path file, Path aside, BasicFileAttributes read) throws IOException {
        if (isChanged(read, attributes(file))) {
            return false;
        }
        try {
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(file, aside);
            return true;
        }
        if (!isChanged(read, attributes(aside))) {
            return true;
        }
        try {
            Files.move(aside, file);
        } catch (FileAlreadyExistsException e) {
            // A newer one has come already.
            Files.delete(aside);
        }
        return false;
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Leaves room for what is put before it, since a name has 255 bytes at most. */
    private static String shortened(String name) {
        int from = Math.max(0, name.length() - 60);
        return name.substring(Character.isLowSurrogate(name.charAt(from)) ? from + 1 : from);
    }

    private static boolean isChanged(BasicFileAttributes before, BasicFileAttributes after) {
        return before.size() != after.size()
                || !before.lastModifiedTime().equals(after.lastModifiedTime())
                || !Objects.equals(before.fileKey(), after.fileKey());
    }

    /** Whether the reason may be gone when it is tried again. */
    private static boolean passes(Reason reason) {
        return reason == Reason.UNAVAILABLE || reason == Reason.NO_ROOM || reason == Reason.TOO_MANY;
    }

    private Result<Change> upload(RecordPath path, Path file) throws IOException {
        Result<Upload> begun = store.begin(new WriteRequest(User.HUB, "incoming", path));
        if (begun.isRefused()) {
            return Result.refused(begun.refusal().orElseThrow());
        }
        try (Upload upload = begun.get();
                FileChannel bytes = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
            while (bytes.read(buffer.clear()) >= 0) {
                Optional<Refusal> refusal = upload.write(buffer.flip());
                if (refusal.isPresent()) {
                    return Result.refused(refusal.get());
                }
            }
            return upload.commit();
        }
    }
}
