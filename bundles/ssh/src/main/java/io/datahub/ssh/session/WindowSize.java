package io.datahub.ssh.session;

import org.apache.sshd.common.channel.Channel;

/** How much a channel's client may send before it is read; see RFC 4254, section 5.2. */
public enum WindowSize {

    /** For full speed over long distances. */
    LARGE(1 << 21, 1 << 22),

    /** When memory is scarce. Whoever serves the channel must accept shorter messages only, too. */
    SMALL(1 << 17, 1 << 18);

    private final long bytes;
    private final long memory;

    WindowSize(long bytes, long memory) {
        this.bytes = bytes;
        this.memory = memory;
    }

    /** The size of the window that a channel has. */
    public static WindowSize of(Channel channel) {
        return channel.getLocalWindow().getMaxSize() < LARGE.bytes ? SMALL : LARGE;
    }

    /** The number of bytes. */
    public long bytes() {
        return bytes;
    }

    /** What a channel with this window may hold in memory at most, in bytes. */
    public long memory() {
        return memory;
    }
}
