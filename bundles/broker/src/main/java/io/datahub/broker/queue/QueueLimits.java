package io.datahub.broker.queue;

/**
 * The limits of one subscriber's queue.
 *
 * @param maxBytes maximum size, in bytes; the largest message always fits
 * @param maxMessages maximum size, in messages
 * @param highWaterBytes above this size, publishers that support backpressure wait
 * @param pinnedBytes how much memory of other buffers' content the queue may keep from being released
 * @param pushWaitMillis how long a publisher waits for the full queue
 */
public record QueueLimits(long maxBytes, int maxMessages, long highWaterBytes, long pinnedBytes, long pushWaitMillis) {

    /** Overhead of a queue entry, counted so that many small entries can't exceed the memory limit. */
    public static final int ENTRY_BYTES = 64;
}
