package io.datahub.zeromq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.event.SharedBuffer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CurveMessageDecoderTest {

    private static final byte[] KEY = new byte[32];
    private static final int MORE = 1;
    private static final int COMMAND = 2;

    private long nonce = 2;

    private byte[] boxed(int flags, byte[] body) {
        return boxed(++nonce, flags, body);
    }

    private static byte[] boxed(long nonce, int flags, byte[] body) {
        byte[] box =
                new CurveBox(KEY, "CurveZMQMESSAGEC").seal(nonce, CurvePeer.joined(new byte[] {(byte) flags}, body));
        return CurvePeer.joined(
                CurvePeer.frameHeader(16 + box.length), CurvePeer.ascii("\u0007MESSAGE"), CurvePeer.bytes(nonce), box);
    }

    /** Puts each frame of a stream into a box. */
    private byte[] boxed(byte[] stream) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer frames = ByteBuffer.wrap(stream);
        while (frames.hasRemaining()) {
            int flags = frames.get();
            byte[] body = new byte[(flags & 2) != 0 ? (int) frames.getLong() : frames.get() & 0xff];
            frames.get(body);
            all.writeBytes(boxed((flags & 1) | ((flags & 4) != 0 ? COMMAND : 0), body));
        }
        return all.toByteArray();
    }

    private static CurveMessageDecoder traffic(ProtocolState inner) {
        return new CurveMessageDecoder((MessageDecoder) inner, new CurveBoxes(KEY, 2, 1));
    }

    private static void assertViolation(DisconnectReason reason, byte[]... parts) {
        assertThatThrownBy(() -> MessageDecoderTest.read(CurveMessageDecoderTest::traffic, CurvePeer.joined(parts)))
                .isInstanceOfSatisfying(
                        ProtocolException.class,
                        violation -> assertThat(violation.reason()).isEqualTo(reason));
    }

    @Test
    void shouldReadWhatWouldBeReadInClearWhereverTheStreamIsCut() throws ProtocolException {
        byte[] stream = boxed(MessageDecoderTest.stream());
        assertThat(MessageDecoderTest.read(CurveMessageDecoderTest::traffic, stream))
                .isEqualTo(MessageDecoderTest.expected());
        for (int cut = 0; cut <= stream.length; cut++) {
            assertThat(MessageDecoderTest.read(CurveMessageDecoderTest::traffic, stream, cut))
                    .as("cut at %d", cut)
                    .isEqualTo(MessageDecoderTest.expected());
        }
    }

    @Test
    void shouldReadTheSameWhereverTheStreamIsCutTwiceAndByteByByte() throws ProtocolException {
        byte[] stream = boxed(MessageDecoderTest.stream());
        for (int cut = 0; cut <= stream.length; cut += 13) {
            for (int second = cut; second <= stream.length; second += 17) {
                assertThat(MessageDecoderTest.read(CurveMessageDecoderTest::traffic, stream, cut, second))
                        .isEqualTo(MessageDecoderTest.expected());
            }
        }
        int[] cuts = new int[stream.length];
        Arrays.setAll(cuts, i -> i);
        assertThat(MessageDecoderTest.read(CurveMessageDecoderTest::traffic, stream, cuts))
                .isEqualTo(MessageDecoderTest.expected());
    }

    @Test
    void shouldLeaveMessagesOneBehindTheOtherAsFramesInClear() throws ProtocolException {
        byte[] stream = CurvePeer.joined(RawPeer.message("a", "b".repeat(300)), RawPeer.message("c", "", "d"));
        byte[] boxes = boxed(stream);
        ByteBuffer bytes = ByteBuffer.wrap(boxes);
        CurveMessageDecoder traffic = traffic(new MessageDecoder(new MessageDecoderTest.Listener(), 10));

        assertThat(traffic.read(new SharedBuffer(bytes), 0, boxes.length)).isEqualTo(boxes.length);
        assertThat(Arrays.copyOf(boxes, stream.length)).isEqualTo(stream);
    }

    @Test
    void shouldTakeBoxesAsCommandsToo() throws ProtocolException {
        byte[] box = boxed(0, new byte[] {'x'});
        box[0] = 4;

        assertThat(MessageDecoderTest.read(CurveMessageDecoderTest::traffic, box))
                .containsExactly("x frames=1 bytes=3");
    }

    @Test
    void shouldSayHowMuchABoxWillNeedTogetherWithWhatIsOpenedBefore() throws ProtocolException {
        CurveMessageDecoder traffic = traffic(new MessageDecoder(new MessageDecoderTest.Listener(), 10));
        byte[] boxes = CurvePeer.joined(boxed(MORE, new byte[5]), boxed(0, new byte[900]));
        ByteBuffer part = ByteBuffer.wrap(Arrays.copyOf(boxes, 100));

        assertThat(traffic.read(new SharedBuffer(part), 0, 100)).isZero();
        assertThat(traffic.wanted()).isEqualTo(boxes.length);
    }

    @Test
    void shouldRefuseANonceThatIsNotHigherThanAllBefore() {
        byte[] third = boxed(3, 0, new byte[1]);
        byte[] fourth = boxed(4, 0, new byte[1]);
        assertViolation(DisconnectReason.BAD_FRAME, third, third);
        assertViolation(DisconnectReason.BAD_FRAME, fourth, third);
        assertViolation(DisconnectReason.BAD_FRAME, boxed(2, 0, new byte[1]));
        assertViolation(DisconnectReason.BAD_FRAME, boxed(-1, 0, new byte[1]), fourth);
    }

    @Test
    void shouldRefuseBoxesThatAreNotGenuine() {
        byte[] good = boxed(0, new byte[40]);
        for (int i = 2; i < good.length; i++) {
            byte[] other = good.clone();
            other[i] ^= 0x10;
            assertViolation(DisconnectReason.BAD_FRAME, other);
        }
    }

    @Test
    void shouldRefuseWhatIsNoBox() {
        assertViolation(DisconnectReason.BAD_FRAME, RawPeer.message("in clear", "x".repeat(40)));
        assertViolation(DisconnectReason.BAD_FRAME, RawPeer.message("x".repeat(40)));
        assertViolation(DisconnectReason.BAD_FRAME, RawPeer.command("PING", new byte[60]));
        assertViolation(DisconnectReason.BAD_FRAME, new byte[] {0, 32});
        assertViolation(DisconnectReason.BAD_FRAME, boxed(4, new byte[1]));
        assertViolation(DisconnectReason.BAD_FRAME, boxed(0x80, new byte[1]));
    }

    @Test
    void shouldHoldTheLimitsInsideTheBoxes() {
        byte[] huge = {2, 0x7f, -1, -1, -1, -1, -1, -1, -1};
        byte[] negative = {2, -1, 0, 0, 0, 0, 0, 0, 0};
        assertViolation(DisconnectReason.TOO_LARGE, huge);
        assertViolation(DisconnectReason.TOO_LARGE, negative);
        assertViolation(DisconnectReason.TOO_LARGE, boxed(0, new byte[1_001]));
        assertViolation(
                DisconnectReason.TOO_LARGE,
                boxed(MORE, new byte[1]),
                boxed(MORE, new byte[600]),
                boxed(0, new byte[600]));
        byte[] frames = {};
        for (int i = 0; i < 11; i++) {
            frames = CurvePeer.joined(frames, boxed(MORE, new byte[0]));
        }
        assertViolation(DisconnectReason.TOO_MANY_FRAMES, frames);
        assertViolation(DisconnectReason.TOO_LARGE, boxed(COMMAND, new byte[8_193]));
        assertViolation(DisconnectReason.BAD_FRAME, boxed(COMMAND | MORE, new byte[] {1, 'x'}));
    }
}
