package io.datahub.records.staging;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Updates digests with copies of bytes on another thread, so that the processor hashes a large file while it is received
 * and written. If all threads are busy, the caller does it. Nobody else may use the digests between {@link #update} and
 * {@link #await}. Not thread-safe.
 */
final class BackgroundDigests {

    private static final int BUFFERS = 4;
    private static final int BUFFER_BYTES = 256 * 1024;

    /** The threads end soon after their work, as a bundle that is stopped has nothing to stop them with. */
    private static final ThreadPoolExecutor THREADS = new ThreadPoolExecutor(
            0,
            Runtime.getRuntime().availableProcessors(),
            2,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            BackgroundDigests::newThread,
            new ThreadPoolExecutor.CallerRunsPolicy());

    private final Collection<MessageDigest> digests;

    /** Used in turn; each can be filled again when its update is done. */
    private final ByteBuffer[] buffers = new ByteBuffer[BUFFERS];

    private final CompletableFuture<?>[] updates = new CompletableFuture<?>[BUFFERS];

    private int current;

    BackgroundDigests(Collection<MessageDigest> digests) {
        this.digests = digests;
        Arrays.fill(updates, CompletableFuture.completedFuture(null));
    }

    private static Thread newThread(Runnable work) {
        Thread thread = new Thread(work, "datahub-store-hash");
        thread.setDaemon(true);
        return thread;
    }

    /** Takes all bytes that remain in a buffer; waits if hashing is slower than the caller. */
    void update(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            ByteBuffer buffer = buffers[current];
            if (buffer == null) {
                buffer = ByteBuffer.allocate(BUFFER_BYTES);
                buffers[current] = buffer;
            }
            int length = Math.min(bytes.remaining(), buffer.remaining());
            buffer.put(buffer.position(), bytes, bytes.position(), length);
            buffer.position(buffer.position() + length);
            bytes.position(bytes.position() + length);
            if (!buffer.hasRemaining()) {
                submit(buffer);
            }
        }
    }

    /** Begins the update with a buffer after those before it, and waits until the next buffer is free. */
    private void submit(ByteBuffer full) {
        int previous = (current + BUFFERS - 1) % BUFFERS;
        full.flip();
        updates[current] = updates[previous].thenRunAsync(() -> digest(full), THREADS);
        current = (current + 1) % BUFFERS;
        updates[current].join();
    }

    private void digest(ByteBuffer full) {
        for (MessageDigest digest : digests) {
            digest.update(full.duplicate());
        }
        full.clear();
    }

    /** Waits until the digests have all bytes. */
    void await() {
        ByteBuffer last = buffers[current];
        if (last != null && last.position() > 0) {
            submit(last);
        }
        updates[(current + BUFFERS - 1) % BUFFERS].join();
    }
}
