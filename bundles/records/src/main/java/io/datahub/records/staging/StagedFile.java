package io.datahub.records.staging;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A file in the staging directory, hashed while it is written. Not thread-safe. */
public final class StagedFile implements AutoCloseable {

    private static final Set<OpenOption> CREATE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    private static final Set<OpenOption> REOPEN =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private Path path;
    private FileChannel channel;
    private RunningHash hash;
    private Map<String, String> hashes = Map.of();
    private long size;

    /** Whether the next write, if it appends, hashes the bytes before it, too. */
    private boolean catchesUp;

    /** Whether bytes or the time may not be durable yet. */
    private boolean dirty = true;

    private boolean kept;

    private final EarlyFlush earlyFlush = new EarlyFlush();

    /** Creates the file. It is hashed with SHA-256 and with these algorithms as far as the platform has them. */
    public StagedFile(Path path, Collection<String> algorithms) throws IOException {
        this.path = path;
        hash = new RunningHash(algorithms);
        channel = FileChannel.open(path, CREATE);
    }

    private StagedFile(Path path, FileChannel channel, RunningHash hash) throws IOException {
        this.path = path;
        this.channel = channel;
        this.hash = hash;
        size = channel.size();
    }

    /**
     * Opens an existing file.
     *
     * @param size the file is truncated to this size
     * @param algorithms the algorithms it is hashed with besides SHA-256
     */
    public static StagedFile resume(Path path, long size, Collection<String> algorithms) throws IOException {
        StagedFile file = open(path, size, new RunningHash(algorithms));
        file.catchesUp = true;
        return file;
    }

    /** Likewise as of a mark, after the file was closed. */
    public static StagedFile resume(Path path, Mark mark) throws IOException {
        return open(path, mark.size, mark.hash.copy());
    }

    private static StagedFile open(Path path, long size, RunningHash hash) throws IOException {
        FileChannel channel = FileChannel.open(path, REOPEN);
        try {
            channel.truncate(size);
            return new StagedFile(path, channel, hash);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    /** A state of the file that can be returned to. */
    public static final class Mark {
        private final long size;
        private final RunningHash hash;

        private Mark(long size, RunningHash hash) {
            this.size = size;
            this.hash = hash;
        }

        /** The size of the file, in bytes. */
        public long size() {
            return size;
        }
    }

    /** The present state. */
    public Mark mark() {
        return new Mark(size, hash.copy());
    }

    /** Discards what was appended after the mark; bytes before it that were overwritten stay overwritten. */
    public void returnTo(Mark mark) throws IOException {
        boolean continues = hash.continues(mark.hash);
        if (size > mark.size) {
            truncate(mark.size);
        }
        if (continues) {
            hash = mark.hash.copy();
        }
    }

    /** Copies a file up to its present end. */
    public static StagedFile copyOf(Path source, Path target) throws IOException {
        return copyOf(FileChannel.open(source, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS), target);
    }

    /** Copies an open file up to its present end, and closes it. */
    public static StagedFile copyOf(FileChannel source, Path target) throws IOException {
        StagedFile copy;
        try {
            copy = new StagedFile(target, List.of());
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
        try (source) {
            ByteBuffer buffer = RunningHash.buffer(source.size());
            while (source.read(buffer.clear()) >= 0) {
                copy.append(buffer.flip());
            }
            copy.finish();
            return copy;
        } catch (IOException | RuntimeException | Error e) {
            copy.close();
            throw e;
        }
    }

    /** The SHA-256 of a file up to its present end. */
    public static String hashOf(Path source) throws IOException {
        return hashOf(FileChannel.open(source, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }

    /** The SHA-256 of an open file up to its present end; closes it. */
    public static String hashOf(FileChannel source) throws IOException {
        try (source) {
            return RunningHash.sha256(source);
        }
    }

    /** Appends and hashes the bytes: all that remain in the buffer. */
    public void append(ByteBuffer bytes) throws IOException {
        write(size, bytes);
    }

    /** Writes the bytes, all that remain in the buffer, at an offset; a gap before it reads as zeros. */
    public void write(long offset, ByteBuffer bytes) throws IOException {
        FileChannel file = changing();
        if (catchesUp && offset == size) {
            hash.catchUp(file, size);
        }
        catchesUp = false;
        ByteBuffer written = bytes.duplicate();
        long end = offset;
        try {
            while (bytes.hasRemaining()) {
                end += file.write(bytes, end);
            }
        } catch (IOException e) {
            hash.reset(); // more may have been written
            throw e;
        } finally {
            if (end > offset) {
                hash.written(offset, written.limit(written.position() + (int) (end - offset)));
                size = Math.max(size, end);
                earlyFlush.written(file, end - offset);
            }
        }
    }

    /** Cuts the file off, or extends it by zeros. */
    public void truncate(long bytes) throws IOException {
        FileChannel file = changing();
        if (bytes < size) {
            file.truncate(bytes);
            hash.truncated(bytes);
        } else if (bytes > size) {
            file.write(ByteBuffer.allocate(1), bytes - 1);
        }
        size = bytes;
    }

    private FileChannel changing() throws IOException {
        dirty = true;
        if (!hashes.isEmpty()) {
            hashes = Map.of();
        }
        return opened();
    }

    private FileChannel opened() throws IOException {
        if (!channel.isOpen()) {
            channel = FileChannel.open(path, REOPEN);
            channel.truncate(size); // an interrupted write may have written more
        }
        return channel;
    }

    /** Reads bytes at an offset, as many as are there and fit into the buffer. */
    public int read(long offset, ByteBuffer target) throws IOException {
        FileChannel file = opened();
        int count = 0;
        while (target.hasRemaining()) {
            int read = file.read(target, offset + count);
            if (read < 0) {
                break;
            }
            count += read;
        }
        return count;
    }

    /** Completes the hashes, until more is written. */
    public void finish() throws IOException {
        if (hashes.isEmpty()) {
            hashes = hash.finish(opened(), size);
        }
    }

    /** Makes the bytes durable. */
    public void sync() throws IOException {
        if (dirty) {
            earlyFlush.await();
            opened().force(true);
            dirty = false;
        }
    }

    /** Sets the file's time, which the next sync makes durable, even if the bytes are already. */
    public void setModified(Instant time) throws IOException {
        Files.setLastModifiedTime(path, FileTime.from(time));
        dirty = true;
    }

    /** Makes the bytes durable and closes the file. */
    public void flush() throws IOException {
        sync();
        channel.close();
    }

    public Path path() {
        return path;
    }

    public long size() {
        return size;
    }

    /** The SHA-256 in lower-case hexadecimal; null until {@link #finish}. */
    public String sha256() {
        return hashes.get(RunningHash.SHA_256);
    }

    /** The hash of this algorithm in lower-case hexadecimal; null if it wasn't requested or isn't available. */
    public String hash(String algorithm) {
        return hashes.get(algorithm);
    }

    /** Marks the file as moved, so that closing doesn't delete it. */
    public void moved() {
        kept = true;
    }

    /** Closes the file without deleting it. */
    public void leave() throws IOException {
        kept = true;
        channel.close();
    }

    /** Whether the file was moved or left, so that closing keeps it. */
    public boolean hasMoved() {
        return kept;
    }

    /** Closes the file, and deletes it unless it was moved or left. */
    @Override
    public void close() throws IOException {
        try {
            if (!kept) {
                Files.deleteIfExists(path);
            }
        } finally {
            channel.close();
        }
    }
}
