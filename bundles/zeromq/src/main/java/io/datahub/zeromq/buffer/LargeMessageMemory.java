package io.datahub.zeromq.buffer;

import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.ProtocolException;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The memory of partially received large messages, by connection. If it exceeds its limit, the connection that holds
 * the most is disconnected. Thread-safe.
 */
public final class LargeMessageMemory {

    private final LongSupplier maxBytes;
    private final Map<InputHandler, Long> byConnection = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();

    public LargeMessageMemory(LongSupplier maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Sets the number of bytes that a connection is about to hold, and enforces the limit.
     *
     * @throws ProtocolException if the limit is exceeded and this connection holds the most
     */
    void reserve(InputHandler connection, long size) throws ProtocolException {
        add(size, byConnection.put(connection, size));
        if (bytes() > maxBytes.getAsLong()) {
            InputHandler largest = byConnection.entrySet().stream()
                    .max(Comparator.comparingLong(Map.Entry::getValue))
                    .map(Map.Entry::getKey)
                    .orElse(connection);
            if (largest == connection) {
                throw new ProtocolException(DisconnectReason.OUT_OF_MEMORY);
            }
            largest.outOfMemory();
        }
    }

    /** Called when a connection no longer holds any. */
    void release(InputHandler connection) {
        add(0, byConnection.remove(connection));
    }

    private void add(long size, Long previous) {
        bytes.addAndGet(size - (previous == null ? 0 : previous));
    }

    public long bytes() {
        return bytes.get();
    }
}
