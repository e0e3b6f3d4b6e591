package io.datahub.nats.stream;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends what waits for the other hubs, on a thread of its own. The first event after a pause goes at once; while more
 * comes, it pauses shortly between small messages, so that they become larger.
 */
public final class Sender implements AutoCloseable {

    /** The size of the largest message, in bytes, with some room for what else hubs send. */
    public static final int MAX_MESSAGE_BYTES = Batch.MAX_BYTES + (1 << 12);

    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long LARGE_BYTES = 1 << 15;
    private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final OutgoingStreams streams;
    private final Link link;
    private final RelayCounters counters;
    private final Thread thread;
    private volatile boolean isParked;
    private volatile boolean closed;

    /** Where messages go. */
    public interface Link {

        /** Whether messages can be sent now. */
        boolean isOpen();

        /** Sends a message of a stream; if that fails, it is lost. */
        void send(String hub, byte[] message);
    }

    public Sender(OutgoingStreams streams, Link link, RelayCounters counters) {
        this.streams = streams;
        this.link = link;
        this.counters = counters;
        thread = new Thread(this::run, "datahub-nats-sender");
        thread.setDaemon(true);
        streams.onMore(this::wake);
        thread.start();
    }

    /** There may be something to send. Doesn't block. */
    public void wake() {
        if (isParked) {
            isParked = false;
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        long last = System.nanoTime() - PAUSE_NANOS;
        while (!closed) {
            long rest = last + PAUSE_NANOS - System.nanoTime();
            if (rest > 0 && streams.queuedBytes() < LARGE_BYTES) {
                LockSupport.parkNanos(rest);
            }
            isParked = true;
            if (link.isOpen() && sendAll()) {
                last = System.nanoTime();
            } else if (isParked) {
                LockSupport.parkNanos(CHECK_NANOS);
            }
            isParked = false;
        }
    }

    /** Sends one message of each stream; false if there was nothing to send. */
    private boolean sendAll() {
        boolean any = false;
        for (OutgoingStream stream : streams.all()) {
            byte[] mark = stream.dueMark();
            if (mark != null) {
                link.send(stream.receiver().name(), mark);
            }
            OutgoingMessage message = stream.next();
            if (message != null) {
                counters.sent(message.events());
                link.send(stream.receiver().name(), message.bytes());
                any = true;
            }
        }
        return any;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
