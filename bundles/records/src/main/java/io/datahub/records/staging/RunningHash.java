package io.datahub.records.staging;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Hashes a file while it is written. Bytes are hashed as they arrive as long as they arrive in order; the rest is read
 * from the file at the end, or everything if bytes that were hashed are overwritten. Not thread-safe.
 */
final class RunningHash {

    static final String SHA_256 = "SHA-256";

    private static final int READ_BYTES = 1 << 18;
    private static final int MIN_READ_BYTES = 1 << 12;

    /** For fewer bytes it isn't worth the memory of another thread's buffers. */
    private static final long MIN_BACKGROUND_BYTES = 4L << 20;

    private final Map<String, MessageDigest> digests = new HashMap<>();

    /** Null until the file is large. */
    private BackgroundDigests background;

    /** The number of bytes from the start that are hashed. */
    private long covered;

    /** How often bytes that were hashed have changed since. */
    private int resets;

    /** Hashes with SHA-256 and with these algorithms as far as the platform has them. */
    RunningHash(Collection<String> algorithms) {
        try {
            digests.put(SHA_256, MessageDigest.getInstance(SHA_256));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        algorithms.forEach(this::add);
    }

    private RunningHash(RunningHash original) throws CloneNotSupportedException {
        for (Map.Entry<String, MessageDigest> digest : original.digests.entrySet()) {
            digests.put(digest.getKey(), (MessageDigest) digest.getValue().clone());
        }
        covered = original.covered;
        resets = original.resets;
    }

    private void add(String algorithm) {
        try {
            digests.put(algorithm, MessageDigest.getInstance(algorithm));
        } catch (NoSuchAlgorithmException e) {
            // The caller gets no hash of that name.
        }
    }

    /** A copy of the present state; of the initial one if the platform's digests can't be copied. */
    RunningHash copy() {
        awaitDigests();
        try {
            return new RunningHash(this);
        } catch (CloneNotSupportedException e) {
            return new RunningHash(digests.keySet());
        }
    }

    /** Bytes were written to the file. */
    void written(long offset, ByteBuffer bytes) {
        if (offset < covered && bytes.hasRemaining()) {
            reset();
        }
        if (offset == covered) {
            update(bytes);
        }
    }

    private void update(ByteBuffer bytes) {
        covered += bytes.remaining();
        if (covered > MIN_BACKGROUND_BYTES) {
            if (background == null) {
                background = new BackgroundDigests(digests.values());
            }
            background.update(bytes.duplicate());
            return;
        }
        for (MessageDigest digest : digests.values()) {
            digest.update(bytes.duplicate());
        }
    }

    private void awaitDigests() {
        if (background != null) {
            background.await();
        }
    }

    /** The file was truncated. */
    void truncated(long size) {
        if (size < covered) {
            reset();
        }
    }

    /** Starts over: any bytes may have changed. */
    void reset() {
        awaitDigests();
        digests.values().forEach(MessageDigest::reset);
        covered = 0;
        resets++;
    }

    /** Whether the bytes that a copy of this state had hashed are unchanged. */
    boolean continues(RunningHash earlier) {
        return resets == earlier.resets;
    }

    /** Reads from the file what isn't hashed yet, up to a size or its end. */
    void catchUp(FileChannel file, long size) throws IOException {
        if (covered >= size) {
            return;
        }
        ByteBuffer buffer = buffer(file.size() - covered);
        while (covered < size) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), size - covered));
            if (file.read(buffer, covered) < 0) {
                return;
            }
            update(buffer.flip());
        }
    }

    /** A buffer of the file's size within bounds; most files are small, and there are many. */
    static ByteBuffer buffer(long size) {
        return ByteBuffer.allocate((int) Math.max(MIN_READ_BYTES, Math.min(size, READ_BYTES)));
    }

    /** The hashes of the file by algorithm, in lower-case hexadecimal. This starts over. */
    Map<String, String> finish(FileChannel file, long size) throws IOException {
        catchUp(file, size);
        if (covered != size) {
            throw new IOException("a staged file was cut off at " + covered + " of " + size + " bytes");
        }
        return hashes();
    }

    private Map<String, String> hashes() {
        awaitDigests();
        Map<String, String> hashes = new HashMap<>();
        digests.forEach((name, digest) -> hashes.put(name, HexFormat.of().formatHex(digest.digest())));
        reset();
        return hashes;
    }

    /** The SHA-256 of a file up to its present end, in lower-case hexadecimal. */
    static String sha256(FileChannel file) throws IOException {
        RunningHash hash = new RunningHash(List.of());
        hash.catchUp(file, Long.MAX_VALUE);
        return hash.hashes().get(SHA_256);
    }
}
