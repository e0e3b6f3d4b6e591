package io.datahub.nats.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.event.EventWriter;
import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupTest {

    private static ByteBuffer group(int count, byte[] events) {
        byte[] user = "ann".getBytes(StandardCharsets.UTF_8);
        ByteBuffer message = ByteBuffer.allocate(Group.size(user) + events.length);
        Group.write(message, user, 7);
        Group.complete(message, message.position(), count, events.length);
        return message.put(events).flip();
    }

    private static void read(ByteBuffer message) throws MalformedMessageException {
        Group.read(message, new SharedBuffer(message));
    }

    @Test
    void shouldReadWhatItWrote() throws MalformedMessageException {
        byte[] event = EventWriter.write("n.1".getBytes(StandardCharsets.UTF_8), new byte[300], new byte[2])
                .array();
        ByteBuffer message = group(1, event);
        var run = Group.read(message, new SharedBuffer(message));
        assertThat(run.user()).isEqualTo("ann");
        assertThat(run.timeMillis()).isEqualTo(7);
        assertThat(run.count()).isEqualTo(1);
        assertThat(run.length()).isEqualTo(event.length);
        assertThat(message.hasRemaining()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, -1})
    void shouldRefuseAnotherNumberOfEvents(int count) {
        byte[] event = EventWriter.write(new byte[] {'n'}, new byte[1]).array();
        assertThatThrownBy(() -> read(group(count, event))).isInstanceOf(MalformedMessageException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file.created/a", "hub.lost", ""})
    void shouldRefuseTopicsThatNoClientCanPublish(String topic) {
        byte[] event = EventWriter.write(topic.getBytes(StandardCharsets.UTF_8), new byte[1])
                .array();
        assertThatThrownBy(() -> read(group(1, event))).isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void shouldRefuseFramesThatDontFit() {
        byte[][] malformed = {
            {0},
            {0, 5, 'n'},
            {1, 1, 'n'},
            {2, 0, 0, 0, 0, 0, 0, 0},
            {2, -1, -1, -1, -1, -1, -1, -1, -1, 'n'},
            {2, 127, -1, -1, -1, -1, -1, -1, -1, 'n'},
            {4, 1, 'n'}
        };
        for (byte[] events : malformed) {
            assertThatThrownBy(() -> read(group(1, events))).isInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    void shouldRefuseAGroupThatIsCutOff() {
        byte[] event = EventWriter.write(new byte[] {'n'}, new byte[10]).array();
        for (int length = 0; length < group(1, event).limit(); length++) {
            ByteBuffer cut = group(1, event).limit(length);
            assertThatThrownBy(() -> read(cut)).isInstanceOf(MalformedMessageException.class);
        }
    }
}
