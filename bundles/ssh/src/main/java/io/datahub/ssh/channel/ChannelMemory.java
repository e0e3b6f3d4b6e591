package io.datahub.ssh.channel;

import io.datahub.ssh.session.WindowSize;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Shares a part of the hub's memory among the channels, each of which reserves what its client can make it hold: unread
 * input and unsent answers. The first channels get a large window. Once half of the memory is reserved, or a good part of
 * it by one user, others get a small one. When there is none left, or a user has half of it, further channels are
 * refused. Thread-safe.
 */
final class ChannelMemory {

    /** Of the memory, a user reserves one of so many parts for large windows at most. */
    private static final int LARGE_SHARE = 8;

    private final long total;

    /** Guarded by this, as is the next one. */
    private final Map<String, Long> byUser = new HashMap<>();

    private long reserved;

    /** @param total the number of bytes that are shared */
    ChannelMemory(long total) {
        this.total = total;
    }

    /**
     * Reserves memory for a channel.
     *
     * @param user the client's user
     * @return the window that the channel may have, to be given back by {@link #release}; empty if there is no memory
     */
    synchronized Optional<WindowSize> reserve(String user) {
        long own = byUser.getOrDefault(user, 0L);
        long large = WindowSize.LARGE.memory();
        long small = WindowSize.SMALL.memory();
        if (reserved + large <= total / 2 && own + large <= total / LARGE_SHARE) {
            return Optional.of(add(user, WindowSize.LARGE));
        }
        return reserved + small <= total && own + small <= total / 2
                ? Optional.of(add(user, WindowSize.SMALL))
                : Optional.empty();
    }

    private WindowSize add(String user, WindowSize size) {
        reserved += size.memory();
        byUser.merge(user, size.memory(), Long::sum);
        return size;
    }

    /** Gives back what a channel has reserved. */
    synchronized void release(String user, WindowSize size) {
        reserved -= size.memory();
        byUser.computeIfPresent(user, (name, own) -> own > size.memory() ? own - size.memory() : null);
    }

    /** The number of bytes that are reserved. */
    synchronized long reserved() {
        return reserved;
    }
}
