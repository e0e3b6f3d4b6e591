package io.datahub.zeromq;

import io.datahub.zeromq.zmtp.Command;
import java.nio.ByteBuffer;

/**
 * Detects dead peers, and lets peers detect a dead hub: peers that support PING (RFC 37) receive it periodically, with
 * the timeout after which they may consider the hub dead. Times are in nanoseconds. For the loop's thread.
 */
final class Heartbeat {

    private static final long TENTH_NANOS = 100_000_000;

    private final boolean supportsPing;
    private long lastInput;
    private long lastPing;
    private long peerTimeout = Long.MAX_VALUE;

    Heartbeat(boolean supportsPing, long now) {
        this.supportsPing = supportsPing;
        lastInput = now;
        lastPing = now;
    }

    void inputReceived(long now) {
        lastInput = now;
    }

    /**
     * Sets the timeout that the peer announced, in tenths of a second, after which it is considered dead; 0 is none.
     */
    void setPeerTimeout(int tenths) {
        peerTimeout = tenths == 0 ? Long.MAX_VALUE : tenths * TENTH_NANOS;
    }

    boolean isTimedOut(ZeromqSettings settings, long now) {
        long silence = now - lastInput;
        return silence > peerTimeout || (supportsPing && settings.idleNanos() > 0 && silence > settings.idleNanos());
    }

    /**
     * Whether to send {@link #ping} now. If PINGs announce a timeout, they are sent even while the peer isn't silent.
     */
    boolean shouldPing(ZeromqSettings settings, long now) {
        long since = announcesTimeout(settings) ? lastPing : Math.max(lastInput, lastPing);
        if (!supportsPing || settings.pingNanos() == 0 || now - since < settings.pingNanos()) {
            return false;
        }
        lastPing = now;
        return true;
    }

    /**
     * Whether PINGs announce a timeout to the peer: the hub's own idle timeout, if that spans at least two PING
     * intervals.
     */
    private static boolean announcesTimeout(ZeromqSettings settings) {
        return settings.idleNanos() >= 2 * settings.pingNanos();
    }

    static ByteBuffer ping(ZeromqSettings settings) {
        long tenths = announcesTimeout(settings) ? Math.min(settings.idleNanos() / TENTH_NANOS, 0xffff) : 0;
        return Command.frame("PING", new byte[] {(byte) (tenths >> 8), (byte) tenths});
    }
}
