package io.datahub.nats.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.event.EventInjector;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.SharedBuffer;
import io.datahub.nats.wire.Ack;
import io.datahub.nats.wire.MalformedMessageException;
import io.datahub.nats.wire.Member;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A stream from its sender to its receiver, without a server between them. */
class StreamTest {

    private static final Member A = new Member("a", 1);
    private static final Member B = new Member("b", 2);

    private final List<String> arrived = new ArrayList<>();
    private final List<Long> lost = new ArrayList<>();
    private final List<Ack> acks = new ArrayList<>();
    private final RelayCounters counters = new RelayCounters();
    private final OutgoingStreams outgoing = new OutgoingStreams(counters);
    private final OutgoingStream stream = new OutgoingStream(A, B, new TopicFilter(List.of(new byte[0])));
    private final IncomingStreams incoming = new IncomingStreams(B, Injector::new, acks::add, counters);

    private final class Injector implements EventInjector {
        @Override
        public void inject(EventRun run) {
            EventReader event = new EventReader(run);
            while (event.next()) {
                arrived.add(run.user() + "@" + run.timeMillis() + " " + event.topic());
            }
        }

        @Override
        public void reportLost(long events) {
            lost.add(events);
        }
    }

    @BeforeEach
    void connect() {
        outgoing.byHub().put("b", stream);
    }

    private void publish(String user, long time, int payload, String... topics) {
        List<ByteBuffer> events = new ArrayList<>();
        int size = 0;
        for (String topic : topics) {
            ByteBuffer event = EventWriter.write(topic.getBytes(StandardCharsets.UTF_8), new byte[payload]);
            events.add(event);
            size += event.remaining();
        }
        ByteBuffer all = ByteBuffer.allocateDirect(size + 3).position(3);
        events.forEach(all::put);
        outgoing.published(new EventRun(new SharedBuffer(all), 3, size + 3, topics.length, user, time));
    }

    /** The messages that can be sent now. */
    private List<byte[]> messages() {
        List<byte[]> messages = new ArrayList<>();
        OutgoingMessage next = stream.next();
        while (next != null) {
            messages.add(next.bytes());
            next = stream.next();
        }
        return messages;
    }

    private byte[] mark() {
        stream.requestMark();
        return stream.dueMark();
    }

    private void receive(List<byte[]> messages) throws MalformedMessageException {
        for (byte[] message : messages) {
            incoming.received(message);
        }
    }

    @Test
    void shouldPutWhatWaitsIntoOneMessage() throws MalformedMessageException {
        publish("ann", 5, 10, "n.1", "n.2");
        publish("ann", 5, 10, "n.3");
        publish("bob", 5, 10, "n.4");
        publish("bob", 6, 10, "n.5");
        List<byte[]> messages = messages();
        assertThat(messages).hasSize(1);
        receive(messages);
        assertThat(arrived).containsExactly("ann@5 n.1", "ann@5 n.2", "ann@5 n.3", "bob@5 n.4", "bob@6 n.5");
        assertThat(lost).isEmpty();
    }

    @Test
    void shouldSendOnlyWhatTheReceiverWants() throws MalformedMessageException {
        stream.update(new TopicFilter(List.of("n.".getBytes(StandardCharsets.UTF_8))));
        publish("ann", 5, 10, "x.1", "n.2", "n.3", "x.4", "n.5", "x.6");
        publish("ann", 5, 10, "x.7");
        receive(messages());
        assertThat(arrived).containsExactly("ann@5 n.2", "ann@5 n.3", "ann@5 n.5");
        receive(List.of(mark()));
        assertThat(lost).isEmpty();
    }

    @Test
    void shouldSplitARunThatIsLargerThanAMessage() throws MalformedMessageException {
        publish("ann", 5, 25_000, "n.1", "n.2", "n.3", "n.4", "n.5");
        List<byte[]> messages = messages();
        assertThat(messages).hasSizeGreaterThan(1).allMatch(message -> message.length <= Batch.MAX_BYTES);
        receive(messages);
        assertThat(arrived).hasSize(5);
    }

    @Test
    void shouldCountWhatIsMissingBetweenMessages() throws MalformedMessageException {
        publish("ann", 5, 10, "n.1");
        messages();
        publish("ann", 5, 10, "n.2", "n.3");
        messages();
        publish("ann", 5, 10, "n.4");
        receive(messages());
        assertThat(arrived).containsExactly("ann@5 n.4");
        assertThat(lost).containsExactly(3L);
    }

    @Test
    void shouldCountWhatIsMissingAtTheEndByAMark() throws MalformedMessageException {
        publish("ann", 5, 10, "n.1");
        receive(messages());
        publish("ann", 5, 10, "n.2", "n.3");
        messages();
        receive(List.of(mark(), mark()));
        assertThat(lost).containsExactly(2L);
    }

    @Test
    void shouldNotCountWhatStillWaitsBehindAMark() throws MalformedMessageException {
        publish("ann", 5, 10, "n.1");
        receive(List.of(mark()));
        receive(messages());
        assertThat(lost).isEmpty();
        assertThat(arrived).containsExactly("ann@5 n.1");
    }

    @Test
    void shouldCountALargeEventOfWhichAPieceIsMissing() throws MalformedMessageException {
        publish("ann", 5, 300_000, "n.1");
        List<byte[]> pieces = messages();
        assertThat(pieces).hasSizeGreaterThan(3);
        pieces.remove(1);
        receive(pieces);
        publish("ann", 5, 300_000, "n.2");
        receive(messages());
        assertThat(arrived).containsExactly("ann@5 n.2");
        assertThat(lost).containsExactly(1L);
    }

    @Test
    void shouldHaveNoMoreThanTheWindowUnderWay() throws MalformedMessageException {
        int count = 300;
        for (int i = 0; i < count; i++) {
            publish("ann", 5, 50_000, "n." + i);
        }
        List<byte[]> first = messages();
        assertThat(first.stream().mapToLong(message -> message.length).sum())
                .isLessThanOrEqualTo(OutgoingStream.WINDOW + Batch.MAX_BYTES);
        receive(first);
        while (!acks.isEmpty()) {
            stream.acknowledge(acks.remove(acks.size() - 1).position());
            acks.clear();
            receive(messages());
        }
        assertThat(arrived).hasSize(count);
        assertThat(lost).isEmpty();
    }

    @Test
    void shouldLoseAndCountWhatTheQueueHasNoRoomFor() throws MalformedMessageException {
        int count = 600;
        for (int i = 0; i < count; i++) {
            publish("ann", 5, 50_000, "n." + i);
        }
        assertThat(stream.queuedBytes()).isLessThanOrEqualTo(OutgoingStream.MAX_QUEUED);
        assertThat(counters.unsent()).isPositive();
        List<byte[]> messages = messages();
        while (!messages.isEmpty()) {
            receive(messages);
            stream.acknowledge(Long.MAX_VALUE);
            messages = messages();
        }
        receive(List.of(mark()));
        assertThat(arrived).hasSize(count - (int) counters.unsent());
        assertThat(lost).containsExactly(counters.unsent());
    }

    @Test
    void shouldSendNothingAfterAReconnectUntilTheReceiverIsThere() throws MalformedMessageException {
        stream.pause();
        publish("ann", 5, 10, "n.1");
        assertThat(messages()).isEmpty();
        assertThat(mark()).isNull();
        stream.update(new TopicFilter(List.of(new byte[0])));
        receive(messages());
        assertThat(arrived).containsExactly("ann@5 n.1");
        assertThat(lost).isEmpty();
    }

    @Test
    void shouldIgnoreWhatWasForAnotherIncarnation() throws MalformedMessageException {
        publish("ann", 5, 10, "n.1");
        new IncomingStreams(new Member("b", 3), Injector::new, acks::add, counters)
                .received(messages().get(0));
        assertThat(arrived).isEmpty();
        assertThat(lost).isEmpty();
    }
}
