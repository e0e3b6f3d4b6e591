package io.datahub.zeromq;

import java.nio.ByteBuffer;

/**
 * Whether a peer is alive, and how it can tell that the hub is. Peers that know PING (RFC 37) get one again and again, with
 * the time after which they may take the hub for gone. Times are in nanoseconds. For the loop's thread.
 */
final class Heartbeat {

    private static final long TENTH = 100_000_000;

    private final boolean knowsPing;
    private long heard;
    private long asked;
    private long peersOwn = Long.MAX_VALUE;

    Heartbeat(boolean knowsPing, long now) {
        this.knowsPing = knowsPing;
        heard = now;
        asked = now;
    }

    void heard(long now) {
        heard = now;
    }

    /** The peer says by itself that it is gone if nothing more comes within so many tenths of a second; 0 says nothing. */
    void expectWithin(int tenths) {
        peersOwn = tenths == 0 ? Long.MAX_VALUE : tenths * TENTH;
    }

    boolean isGone(ZeromqSettings settings, long now) {
        long silence = now - heard;
        return silence > peersOwn || (knowsPing && settings.idleNanos() > 0 && silence > settings.idleNanos());
    }

    /** Whether to send {@link #ping} now. Where it sets a time, the next has to follow also if the peer isn't silent. */
    boolean asks(ZeromqSettings settings, long now) {
        long since = limits(settings) ? asked : Math.max(heard, asked);
        if (!knowsPing || settings.pingNanos() == 0 || now - since < settings.pingNanos()) {
            return false;
        }
        asked = now;
        return true;
    }

    /** Whether a PING sets the peer a time: the one after which the hub takes a peer for gone, if that spans two PINGs. */
    private static boolean limits(ZeromqSettings settings) {
        return settings.idleNanos() >= 2 * settings.pingNanos();
    }

    static ByteBuffer ping(ZeromqSettings settings) {
        long tenths = limits(settings) ? Math.min(settings.idleNanos() / TENTH, 0xffff) : 0;
        return Command.frame("PING", new byte[] {(byte) (tenths >> 8), (byte) tenths});
    }
}
