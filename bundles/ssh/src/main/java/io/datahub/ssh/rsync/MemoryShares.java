package io.datahub.ssh.rsync;

import io.datahub.api.path.RecordPath;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** Bounds what the entries of all transfers take in directories that are in memory. Thread-safe. */
final class MemoryShares {

    private static final long MAX_BYTES = 64L << 20;

    /** An inode with its name. */
    private static final long ENTRY_BYTES = 1L << 10;

    /** The target of a link that is longer than this takes a page. */
    private static final int SHORT_TARGET_BYTES = 100;

    private static final long PAGE_BYTES = 1L << 12;

    private final AtomicLong left;

    /** Shares out the usual amount. */
    MemoryShares() {
        this(MAX_BYTES);
    }

    /** @param maxBytes what all transfers may take together, in bytes */
    MemoryShares(long maxBytes) {
        left = new AtomicLong(maxBytes);
    }

    /** What one transfer takes; given back when it is closed. For one thread. */
    final class Share implements AutoCloseable {

        private long taken;

        /** Takes what the entry of a record or directory needs; false if there is no more. */
        boolean take(RecordPath path) {
            int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
            long bytes = ENTRY_BYTES + (length > SHORT_TARGET_BYTES ? PAGE_BYTES : 0);
            taken += bytes;
            return left.addAndGet(-bytes) >= 0;
        }

        /** Gives back what was taken. */
        void giveBack() {
            left.addAndGet(taken);
            taken = 0;
        }

        @Override
        public void close() {
            giveBack();
        }
    }

    /** Begins a transfer. */
    Share share() {
        return new Share();
    }
}
