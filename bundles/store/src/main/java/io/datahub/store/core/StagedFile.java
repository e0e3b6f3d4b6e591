package io.datahub.store.core;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A file in the staging folder, hashed while it is written. Not thread-safe. */
public final class StagedFile implements AutoCloseable {

    private static final String SHA_256 = "SHA-256";
    private static final int COPY_BYTES = 1 << 18;
    private static final int MIN_COPY_BYTES = 1 << 12;

    private final Path path;
    private final FileChannel channel;
    private final Map<String, MessageDigest> digests = new HashMap<>();
    private Map<String, String> hashes = Map.of();
    private long size;
    private boolean kept;

    /** Creates the file. It is hashed with SHA-256 and with these algorithms as far as the platform has them. */
    public StagedFile(Path path, Collection<String> algorithms) throws IOException {
        this.path = path;
        digests.put(SHA_256, digest());
        algorithms.forEach(this::addDigest);
        channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private StagedFile(Path path, FileChannel channel, MessageDigest hashed) throws IOException {
        this.path = path;
        this.channel = channel;
        size = channel.size();
        digests.put(SHA_256, hashed);
        channel.position(size);
    }

    /**
     * Opens an existing file for appending.
     *
     * @param size the file is truncated to this size
     * @param hashed digest of the existing bytes; null to compute it by reading them
     */
    public static StagedFile resume(Path path, long size, MessageDigest hashed) throws IOException {
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try {
            channel.truncate(size);
            return new StagedFile(path, channel, hashed == null ? read(channel) : hashed);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    /** The SHA-256 digest of the bytes so far, for resuming later. */
    public MessageDigest hashed() {
        return digests.get(SHA_256);
    }

    private void addDigest(String algorithm) {
        try {
            digests.put(algorithm, MessageDigest.getInstance(algorithm));
        } catch (NoSuchAlgorithmException e) {
            // The caller gets no hash of that name.
        }
    }

    /** Copies a file up to its present end. */
    public static StagedFile copyOf(Path source, Path target) throws IOException {
        return copyOf(FileChannel.open(source, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS), target);
    }

    /** Likewise for an open file, which is closed. */
    public static StagedFile copyOf(FileChannel source, Path target) throws IOException {
        StagedFile copy;
        try {
            copy = new StagedFile(target, List.of());
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
        try (source) {
            ByteBuffer buffer = buffer(source);
            while (source.read(buffer.clear()) >= 0) {
                copy.write(buffer.flip());
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

    /** Likewise for an open file, which is closed. */
    public static String hashOf(FileChannel source) throws IOException {
        try (source) {
            return HexFormat.of().formatHex(read(source).digest());
        }
    }

    private static MessageDigest read(FileChannel in) throws IOException {
        MessageDigest digest = digest();
        ByteBuffer buffer = buffer(in);
        while (in.read(buffer.clear()) >= 0) {
            digest.update(buffer.flip());
        }
        return digest;
    }

    /** A buffer of the file's size within bounds; most files are small, and there are many. */
    private static ByteBuffer buffer(FileChannel in) throws IOException {
        return ByteBuffer.allocate((int) Math.max(MIN_COPY_BYTES, Math.min(in.size(), COPY_BYTES)));
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance(SHA_256);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Appends and hashes the bytes: all that remain in the buffer. */
    public void write(ByteBuffer bytes) throws IOException {
        for (MessageDigest digest : digests.values()) {
            digest.update(bytes.duplicate());
        }
        size += bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Completes the hashes; no more bytes are accepted. */
    public void finish() {
        if (hashes.isEmpty()) {
            hashes = new HashMap<>();
            digests.forEach((name, digest) -> hashes.put(name, HexFormat.of().formatHex(digest.digest())));
        }
    }

    /** Makes the bytes durable and closes the file. */
    public void flush() throws IOException {
        if (channel.isOpen()) {
            channel.force(true);
            channel.close();
        }
    }

    public Path path() {
        return path;
    }

    public long size() {
        return size;
    }

    /** The SHA-256 in lower-case hexadecimal; null until {@link #finish}. */
    public String sha256() {
        return hashes.get(SHA_256);
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
        try (channel) {
            if (!kept) {
                Files.deleteIfExists(path);
            }
        }
    }
}
