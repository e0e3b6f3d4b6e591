package io.datahub.nats.stream;

import io.datahub.api.event.EventInjector;
import io.datahub.nats.wire.Ack;
import io.datahub.nats.wire.Header;
import io.datahub.nats.wire.MalformedMessageException;
import io.datahub.nats.wire.Member;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The streams from all other hubs, by hub and incarnation. Messages come on one thread. */
public final class IncomingStreams {

    private final Member self;
    private final Supplier<EventInjector> injectors;
    private final Consumer<Ack> acks;
    private final RelayCounters counters;
    private final Map<Member, IncomingStream> streams = new ConcurrentHashMap<>();

    /**
     * Creates it.
     *
     * @param self this hub
     * @param injectors opens a way into the broker for each stream
     * @param acks sends what tells a sender how far its stream has come
     */
    public IncomingStreams(Member self, Supplier<EventInjector> injectors, Consumer<Ack> acks, RelayCounters counters) {
        this.self = self;
        this.injectors = injectors;
        this.acks = acks;
        this.counters = counters;
    }

    /** A message has arrived. */
    public void received(byte[] data) throws MalformedMessageException {
        ByteBuffer message = ByteBuffer.wrap(data);
        Header header = Header.read(message);
        // Others are for this hub before it was started again.
        if (header.receiver().equals(self)) {
            IncomingStream stream =
                    streams.computeIfAbsent(header.sender(), sender -> new IncomingStream(injectors.get(), counters));
            try {
                stream.received(header, message);
            } finally {
                if (stream.isAckDue(header)) {
                    acks.accept(new Ack(header.sender(), self, header.position()));
                }
            }
        }
    }

    /** Forgets the streams from which nothing has come for a while. */
    public void forgetSilent(long nanos) {
        streams.values().removeIf(stream -> stream.silentNanos() > nanos);
    }
}
