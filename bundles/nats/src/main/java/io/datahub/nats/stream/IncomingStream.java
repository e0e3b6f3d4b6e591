package io.datahub.nats.stream;

import io.datahub.api.event.EventInjector;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.SharedBuffer;
import io.datahub.nats.wire.Group;
import io.datahub.nats.wire.Header;
import io.datahub.nats.wire.MalformedMessageException;
import java.nio.ByteBuffer;

/** The events from one other hub. What is missing in their numbers is lost. Messages come on one thread. */
final class IncomingStream {

    /** How much arrives before the sender is told. */
    private static final long ACK_BYTES = OutgoingStream.WINDOW / 8;

    private final EventInjector injector;
    private final RelayCounters counters;
    private final FragmentedEvent fragments = new FragmentedEvent();
    private long nextEvent;
    private long acknowledged;
    private volatile long seen = System.nanoTime();

    IncomingStream(EventInjector injector, RelayCounters counters) {
        this.injector = injector;
        this.counters = counters;
    }

    /** Takes a message, from behind its head. */
    void received(Header header, ByteBuffer message) throws MalformedMessageException {
        seen = System.nanoTime();
        long missing = header.firstEvent() - nextEvent;
        if (missing > 0) {
            counters.lost(missing);
            injector.reportLost(missing);
            nextEvent = header.firstEvent();
        }
        switch (header.kind()) {
            case EVENTS -> {
                SharedBuffer shared = new MessageBuffer(message);
                while (message.hasRemaining()) {
                    inject(Group.read(message, shared));
                }
            }
            case FRAGMENT -> {
                EventRun whole = fragments.add(header.firstEvent(), message);
                if (whole != null) {
                    inject(whole);
                }
            }
            case MARK -> {}
        }
    }

    private void inject(EventRun run) {
        nextEvent += run.count();
        counters.received(run.count());
        injector.inject(run);
    }

    /** Whether the sender should be told now how far its stream has come. */
    boolean isAckDue(Header header) {
        boolean isDue = header.kind() == Header.Kind.MARK || header.position() - acknowledged >= ACK_BYTES;
        if (isDue) {
            acknowledged = header.position();
        }
        return isDue;
    }

    /** How long nothing has come, in nanoseconds. */
    long silentNanos() {
        return System.nanoTime() - seen;
    }

    /** A whole message, which an event that waits for a slow subscriber shouldn't keep in memory. */
    private static final class MessageBuffer extends SharedBuffer {

        MessageBuffer(ByteBuffer bytes) {
            super(bytes);
        }

        @Override
        public boolean isScarce() {
            return true;
        }
    }
}
