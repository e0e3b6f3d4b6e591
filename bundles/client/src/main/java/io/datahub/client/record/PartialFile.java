package io.datahub.client.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * The file that a download is written to before it is complete, beside the one that is to appear. It stays if the
 * download fails, so that the next one continues it; a second file has the version that its bytes are of. While another
 * download to the same target has it, this one gets a file of its own, which doesn't stay.
 */
final class PartialFile implements AutoCloseable {

    private static final String SUFFIX = ".datahub-part";

    private final Path target;
    private final Path path;
    private final FileChannel channel;
    private final boolean isKept;
    private String etag;

    private PartialFile(Path target, Path path, FileChannel channel, boolean isKept) throws IOException {
        this.target = target;
        this.path = path;
        this.channel = channel;
        this.isKept = isKept;
        Path version = version();
        etag = isKept && Files.isRegularFile(version, LinkOption.NOFOLLOW_LINKS) ? Files.readString(version) : "";
    }

    /** @throws IllegalArgumentException if the target has the name of an incomplete download */
    static PartialFile of(Path target) throws IOException {
        String name = target.getFileName().toString();
        if (name.endsWith(SUFFIX)) {
            throw new IllegalArgumentException("names that end with " + SUFFIX
                    + " are those of incomplete downloads: name another file than " + target);
        }
        Path kept = target.resolveSibling("." + name + SUFFIX);
        if (Files.isSymbolicLink(kept)) {
            Files.delete(kept);
        }
        FileChannel channel = open(kept);
        if (isLocked(channel) && Files.exists(kept, LinkOption.NOFOLLOW_LINKS)) {
            return new PartialFile(target, kept, channel, true);
        }
        channel.close();
        Path own = target.resolveSibling("." + name + "." + UUID.randomUUID() + SUFFIX);
        return new PartialFile(target, own, open(own), false);
    }

    private static FileChannel open(Path path) throws IOException {
        return FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // another thread of this program has it
        }
    }

    private Path version() {
        return path.resolveSibling(path.getFileName() + ".etag");
    }

    FileChannel channel() {
        return channel;
    }

    String etag() {
        return etag;
    }

    long size() throws IOException {
        return channel.size();
    }

    void append(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        for (long position = channel.size(); buffer.hasRemaining(); ) {
            position += channel.write(buffer, position);
        }
    }

    /** Empties it, for the bytes of a version. */
    void begin(String newEtag) throws IOException {
        Files.deleteIfExists(version());
        channel.truncate(0);
        etag = newEtag;
        if (isKept && !newEtag.isEmpty()) {
            Files.writeString(version(), newEtag, StandardOpenOption.CREATE_NEW);
        }
    }

    /** Makes it the target, durably. */
    void finish() throws IOException {
        channel.force(true);
        Files.move(path, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        Files.deleteIfExists(version());
    }

    @Override
    public void close() throws IOException {
        channel.close();
        if (!isKept) {
            Files.deleteIfExists(path);
        }
    }
}
