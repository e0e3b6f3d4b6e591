package io.datahub.zeromq.zmtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.event.EventWriter;
import io.datahub.api.event.SharedBuffer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

public class MessageDecoderTest {

    private static final int MAX = 1000;

    /** Records what it receives. */
    public static final class Listener implements MessageReceiver {
        final List<String> received = new ArrayList<>();
        final ByteArrayOutputStream messages = new ByteArrayOutputStream();

        @Override
        public long maxBytes(int frames) {
            return MAX;
        }

        @Override
        public boolean message(SharedBuffer buffer, int start, int end, int firstStart, int firstEnd, int frames) {
            byte[] first = new byte[firstEnd - firstStart];
            buffer.bytes().get(firstStart, first);
            received.add(new String(first, StandardCharsets.UTF_8) + " frames=" + frames + " bytes=" + (end - start));
            byte[] message = new byte[end - start];
            buffer.bytes().get(start, message);
            messages.writeBytes(message);
            return true;
        }

        @Override
        public void command(Command command) {
            received.add(command.name() + " " + new String(command.bytes(), StandardCharsets.UTF_8));
        }
    }

    public static byte[] stream() {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(RawPeer.message("topic", "payload"));
        stream.writeBytes(RawPeer.message("one frame"));
        stream.writeBytes(RawPeer.message("", ""));
        stream.writeBytes(RawPeer.message("long", "x".repeat(300), "", "y"));
        stream.writeBytes(RawPeer.command("PING", new byte[] {'1', '2'}));
        stream.writeBytes(RawPeer.message("l".repeat(256), "z"));
        stream.writeBytes(RawPeer.command("SUBSCRIBE", "s".repeat(300).getBytes(StandardCharsets.UTF_8)));
        byte[] message = RawPeer.message("around", "commands", "c");
        stream.write(message, 0, 8);
        stream.writeBytes(RawPeer.command("PING", "34".getBytes(StandardCharsets.UTF_8)));
        stream.writeBytes(RawPeer.command("PONG", new byte[0]));
        stream.write(message, 8, 10);
        stream.writeBytes(RawPeer.command("PONG", "x".repeat(16).getBytes(StandardCharsets.UTF_8)));
        stream.write(message, 18, 3);
        stream.writeBytes(RawPeer.message("end", "."));
        return stream.toByteArray();
    }

    /** All messages of the stream, without the commands. */
    private static byte[] messages() {
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        messages.writeBytes(RawPeer.message("topic", "payload"));
        messages.writeBytes(RawPeer.message("one frame"));
        messages.writeBytes(RawPeer.message("", ""));
        messages.writeBytes(RawPeer.message("long", "x".repeat(300), "", "y"));
        messages.writeBytes(RawPeer.message("l".repeat(256), "z"));
        messages.writeBytes(RawPeer.message("around", "commands", "c"));
        messages.writeBytes(RawPeer.message("end", "."));
        return messages.toByteArray();
    }

    public static List<String> expected() {
        return List.of(
                "topic frames=2 bytes=16",
                "one frame frames=1 bytes=11",
                " frames=2 bytes=4",
                "long frames=4 bytes=320",
                "PING 12",
                "l".repeat(256) + " frames=2 bytes=268",
                "SUBSCRIBE " + "s".repeat(300),
                "PING 34",
                "PONG ",
                "PONG " + "x".repeat(16),
                "around frames=3 bytes=21",
                "end frames=2 bytes=8");
    }

    /**
     * Passes the stream in pieces; bytes that aren't consumed are passed again at another position, as when they are
     * moved.
     */
    public static List<String> read(UnaryOperator<ProtocolState> wrapper, byte[] stream, int... cuts)
            throws ProtocolException {
        Listener listener = new Listener();
        ProtocolState decoder = wrapper.apply(new MessageDecoder(listener, 10));
        byte[] left = {};
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? cuts[i] : stream.length;
            int padding = i % 3;
            ByteBuffer bytes = ByteBuffer.allocate(padding + left.length + to - from);
            bytes.position(padding).put(left).put(stream, from, to - from);
            int done = decoder.read(new SharedBuffer(bytes), padding, bytes.capacity());
            left = new byte[bytes.capacity() - done];
            bytes.get(done, left);
            from = to;
        }
        assertThat(left).isEmpty();
        if (listener.received.equals(expected())) {
            assertThat(listener.messages.toByteArray()).isEqualTo(messages());
        }
        return listener.received;
    }

    private static List<String> read(byte[] stream, int... cuts) throws ProtocolException {
        return read(decoder -> decoder, stream, cuts);
    }

    @Test
    void shouldDecodeTheSameWhereverTheStreamIsCut() throws ProtocolException {
        byte[] stream = stream();
        assertThat(read(stream)).isEqualTo(expected());
        for (int cut = 0; cut <= stream.length; cut++) {
            assertThat(read(stream, cut)).as("cut at %d", cut).isEqualTo(expected());
        }
    }

    @Test
    void shouldDecodeTheSameWhereverTheStreamIsCutTwice() throws ProtocolException {
        byte[] stream = stream();
        for (int cut = 0; cut <= stream.length; cut += 7) {
            for (int second = cut; second <= stream.length; second += 11) {
                assertThat(read(stream, cut, second)).isEqualTo(expected());
            }
        }
    }

    @Test
    void shouldDecodeTheSameByteByByte() throws ProtocolException {
        byte[] stream = stream();
        int[] cuts = new int[stream.length];
        for (int i = 0; i < cuts.length; i++) {
            cuts[i] = i;
        }
        assertThat(read(stream, cuts)).isEqualTo(expected());
    }

    @Test
    void shouldReportTheExpectedBytesAsSoonAsTheyAreKnown() throws ProtocolException {
        MessageDecoder decoder = new MessageDecoder(new Listener(), 10);
        byte[] message = EventWriter.write(new byte[5], new byte[900]).array();
        ByteBuffer part = ByteBuffer.allocate(20).put(message, 0, 20);

        assertThat(decoder.read(new SharedBuffer(part), 0, 20)).isZero();
        assertThat(decoder.expectedBytes()).isEqualTo(message.length);
    }

    @Test
    void shouldRefuseTooLargeFramesByTheirHeader() {
        assertViolation(DisconnectReason.TOO_LARGE, 2, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
        assertViolation(DisconnectReason.TOO_LARGE, 2, 0x80, 0, 0, 0, 0, 0, 0, 0);
        assertViolation(DisconnectReason.TOO_LARGE, 2, 0, 0, 0, 0, 0, 0, 0x03, 0xe9);
        assertViolation(DisconnectReason.TOO_LARGE, 1, 1, 'a', 3, 0, 0, 0, 0, 0, 0, 0x03, 0xe9);
    }

    @Test
    void shouldCountAllFramesButTheFirstTowardsTheSizeLimit() {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(new byte[] {1, 1, 'a'});
        for (int i = 0; i < 4; i++) {
            stream.writeBytes(new byte[] {1, (byte) 250});
            stream.writeBytes(new byte[250]);
        }
        stream.writeBytes(new byte[] {0, 1});

        assertViolation(DisconnectReason.TOO_LARGE, stream.toByteArray());
    }

    @Test
    void shouldRefuseMoreFramesThanAllowed() {
        byte[] stream = new byte[2 * 11];
        for (int i = 0; i < stream.length; i += 2) {
            stream[i] = 1;
        }
        assertViolation(DisconnectReason.TOO_MANY_FRAMES, stream);
    }

    @Test
    void shouldRefuseTooManyCommandsWithinAMessage() {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(new byte[] {1, 1, 'a'});
        for (int i = 0; i < 65; i++) {
            stream.writeBytes(RawPeer.command("PONG", new byte[0]));
        }
        assertViolation(DisconnectReason.BAD_FRAME, stream.toByteArray());
    }

    @Test
    void shouldRefuseMalformedFrames() {
        assertViolation(DisconnectReason.BAD_FRAME, 8, 0);
        assertViolation(DisconnectReason.BAD_FRAME, 0x80, 0);
        assertViolation(DisconnectReason.BAD_FRAME, 5, 1, 0);
        assertViolation(DisconnectReason.BAD_FRAME, 4, 0);
        assertViolation(DisconnectReason.BAD_FRAME, 4, 2, 9, 'x');
        assertViolation(DisconnectReason.BAD_FRAME, 6, 0, 0, 0, 0, 0, 1, 0, 0);
    }

    private static void assertViolation(DisconnectReason reason, int... bytes) {
        byte[] stream = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            stream[i] = (byte) bytes[i];
        }
        assertViolation(reason, stream);
    }

    private static void assertViolation(DisconnectReason reason, byte[] stream) {
        assertThatThrownBy(() -> read(stream))
                .isInstanceOfSatisfying(
                        ProtocolException.class,
                        violation -> assertThat(violation.reason()).isEqualTo(reason));
    }
}
