package io.datahub.zeromq;

import java.nio.ByteBuffer;

/** Whether a peer is alive: asks those that know PING after a silence. Times are in nanoseconds. For the loop's thread. */
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

    boolean isGone(Settings settings, long now) {
        long silence = now - heard;
        return silence > peersOwn || (knowsPing && settings.idleNanos() > 0 && silence > settings.idleNanos());
    }

    /** Whether to send {@link #ping} now. */
    boolean asks(Settings settings, long now) {
        if (!knowsPing || settings.pingNanos() == 0 || now - Math.max(heard, asked) < settings.pingNanos()) {
            return false;
        }
        asked = now;
        return true;
    }

    /** A PING that sets the peer no time. */
    static ByteBuffer ping() {
        return Command.frame("PING", new byte[Short.BYTES]);
    }
}
