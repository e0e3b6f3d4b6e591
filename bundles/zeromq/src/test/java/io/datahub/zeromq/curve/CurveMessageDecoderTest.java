package io.datahub.zeromq.curve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.event.SharedBuffer;
import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.MessageDecoder;
import io.datahub.zeromq.zmtp.MessageDecoderTest;
import io.datahub.zeromq.zmtp.ProtocolException;
import io.datahub.zeromq.zmtp.ProtocolState;
import io.datahub.zeromq.zmtp.RawPeer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CurveMessageDecoderTest {

    private static final byte[] KEY = new byte[32];
    private static final int MORE = 1;
    private static final int COMMAND = 2;

    private long nonce = 2;

    private byte[] encrypted(int flags, byte[] body) {
        return encrypted(++nonce, flags, body);
    }

    private static byte[] encrypted(long nonce, int flags, byte[] body) {
        byte[] box =
                new CurveBox(KEY, "CurveZMQMESSAGEC").seal(nonce, CurvePeer.concat(new byte[] {(byte) flags}, body));
        return CurvePeer.concat(
                CurvePeer.frameHeader(16 + box.length), CurvePeer.ascii("\u0007MESSAGE"), CurvePeer.bytes(nonce), box);
    }

    /** Encrypts each frame of a stream. */
    private byte[] encrypted(byte[] stream) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer frames = ByteBuffer.wrap(stream);
        while (frames.hasRemaining()) {
            int flags = frames.get();
            byte[] body = new byte[(flags & 2) != 0 ? (int) frames.getLong() : frames.get() & 0xff];
            frames.get(body);
            all.writeBytes(encrypted((flags & 1) | ((flags & 4) != 0 ? COMMAND : 0), body));
        }
        return all.toByteArray();
    }

    private static CurveMessageDecoder decoder(ProtocolState inner) {
        return new CurveMessageDecoder((MessageDecoder) inner, new CurveSessionKeys(KEY, 2, 1, new KeyStreamBatch()));
    }

    private static void assertViolation(DisconnectReason reason, byte[]... parts) {
        assertThatThrownBy(() -> MessageDecoderTest.read(CurveMessageDecoderTest::decoder, CurvePeer.concat(parts)))
                .isInstanceOfSatisfying(
                        ProtocolException.class,
                        violation -> assertThat(violation.reason()).isEqualTo(reason));
    }

    @Test
    void shouldDecodeTheSameAsInPlainWhereverTheStreamIsCut() throws ProtocolException {
        byte[] stream = encrypted(MessageDecoderTest.stream());
        assertThat(MessageDecoderTest.read(CurveMessageDecoderTest::decoder, stream))
                .isEqualTo(MessageDecoderTest.expected());
        for (int cut = 0; cut <= stream.length; cut++) {
            assertThat(MessageDecoderTest.read(CurveMessageDecoderTest::decoder, stream, cut))
                    .as("cut at %d", cut)
                    .isEqualTo(MessageDecoderTest.expected());
        }
    }

    @Test
    void shouldDecodeTheSameWhereverTheStreamIsCutTwiceAndByteByByte() throws ProtocolException {
        byte[] stream = encrypted(MessageDecoderTest.stream());
        for (int cut = 0; cut <= stream.length; cut += 13) {
            for (int second = cut; second <= stream.length; second += 17) {
                assertThat(MessageDecoderTest.read(CurveMessageDecoderTest::decoder, stream, cut, second))
                        .isEqualTo(MessageDecoderTest.expected());
            }
        }
        int[] cuts = new int[stream.length];
        Arrays.setAll(cuts, i -> i);
        assertThat(MessageDecoderTest.read(CurveMessageDecoderTest::decoder, stream, cuts))
                .isEqualTo(MessageDecoderTest.expected());
    }

    @Test
    void shouldLeaveContiguousPlainFrames() throws ProtocolException {
        byte[] stream = CurvePeer.concat(RawPeer.message("a", "b".repeat(300)), RawPeer.message("c", "", "d"));
        byte[] boxes = encrypted(stream);
        ByteBuffer bytes = ByteBuffer.wrap(boxes);
        CurveMessageDecoder decoder = decoder(new MessageDecoder(new MessageDecoderTest.Listener(), 10));

        assertThat(decoder.read(new SharedBuffer(bytes), 0, boxes.length)).isEqualTo(boxes.length);
        assertThat(Arrays.copyOf(boxes, stream.length)).isEqualTo(stream);
    }

    @Test
    void shouldAcceptBoxesAsCommands() throws ProtocolException {
        byte[] box = encrypted(0, new byte[] {'x'});
        box[0] = 4;

        assertThat(MessageDecoderTest.read(CurveMessageDecoderTest::decoder, box))
                .containsExactly("x frames=1 bytes=3");
    }

    @Test
    void shouldReportTheExpectedBytesIncludingDecryptedFrames() throws ProtocolException {
        CurveMessageDecoder decoder = decoder(new MessageDecoder(new MessageDecoderTest.Listener(), 10));
        byte[] boxes = CurvePeer.concat(encrypted(MORE, new byte[5]), encrypted(0, new byte[900]));
        ByteBuffer part = ByteBuffer.wrap(Arrays.copyOf(boxes, 100));

        assertThat(decoder.read(new SharedBuffer(part), 0, 100)).isZero();
        assertThat(decoder.expectedBytes()).isEqualTo(boxes.length);
    }

    @Test
    void shouldDecodeManyBoxesWhoseNoncesHaveGaps() throws ProtocolException {
        Random random = new Random(3);
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        ByteArrayOutputStream boxes = new ByteArrayOutputStream();
        for (int i = 0; i < 500; i++) {
            byte[] body = new byte[random.nextInt(random.nextInt(20) == 0 ? 900 : 150)];
            random.nextBytes(body);
            stream.writeBytes(CurvePeer.concat(CurvePeer.frameHeader(body.length), body));
            nonce += random.nextInt(10) == 0 ? 1L << 33 : 0;
            boxes.writeBytes(encrypted(0, body));
        }
        byte[] bytes = boxes.toByteArray();
        CurveMessageDecoder decoder = decoder(new MessageDecoder(new MessageDecoderTest.Listener(), 10));

        assertThat(decoder.read(new SharedBuffer(ByteBuffer.wrap(bytes)), 0, bytes.length))
                .isEqualTo(bytes.length);
        assertThat(Arrays.copyOf(bytes, stream.size())).isEqualTo(stream.toByteArray());
    }

    @Test
    void shouldRefuseANonceThatDoesNotIncrease() {
        byte[] third = encrypted(3, 0, new byte[1]);
        byte[] fourth = encrypted(4, 0, new byte[1]);
        assertViolation(DisconnectReason.BAD_FRAME, third, third);
        assertViolation(DisconnectReason.BAD_FRAME, fourth, third);
        assertViolation(DisconnectReason.BAD_FRAME, encrypted(2, 0, new byte[1]));
        assertViolation(DisconnectReason.BAD_FRAME, encrypted(-1, 0, new byte[1]), fourth);
    }

    @Test
    void shouldRefuseModifiedBoxes() {
        byte[] good = encrypted(0, new byte[40]);
        for (int i = 2; i < good.length; i++) {
            byte[] other = good.clone();
            other[i] ^= 0x10;
            assertViolation(DisconnectReason.BAD_FRAME, other);
        }
    }

    @Test
    void shouldRefuseMalformedBoxes() {
        assertViolation(DisconnectReason.BAD_FRAME, RawPeer.message("in clear", "x".repeat(40)));
        assertViolation(DisconnectReason.BAD_FRAME, RawPeer.message("x".repeat(40)));
        assertViolation(DisconnectReason.BAD_FRAME, RawPeer.command("PING", new byte[60]));
        assertViolation(DisconnectReason.BAD_FRAME, new byte[] {0, 32});
        assertViolation(DisconnectReason.BAD_FRAME, encrypted(4, new byte[1]));
        assertViolation(DisconnectReason.BAD_FRAME, encrypted(0x80, new byte[1]));
    }

    @Test
    void shouldEnforceTheLimitsInsideBoxes() {
        byte[] huge = {2, 0x7f, -1, -1, -1, -1, -1, -1, -1};
        byte[] negative = {2, -1, 0, 0, 0, 0, 0, 0, 0};
        assertViolation(DisconnectReason.TOO_LARGE, huge);
        assertViolation(DisconnectReason.TOO_LARGE, negative);
        assertViolation(DisconnectReason.TOO_LARGE, encrypted(0, new byte[1_001]));
        assertViolation(
                DisconnectReason.TOO_LARGE,
                encrypted(MORE, new byte[1]),
                encrypted(MORE, new byte[600]),
                encrypted(0, new byte[600]));
        byte[] frames = {};
        for (int i = 0; i < 11; i++) {
            frames = CurvePeer.concat(frames, encrypted(MORE, new byte[0]));
        }
        assertViolation(DisconnectReason.TOO_MANY_FRAMES, frames);
        assertViolation(DisconnectReason.TOO_LARGE, encrypted(COMMAND, new byte[8_193]));
        assertViolation(DisconnectReason.BAD_FRAME, encrypted(COMMAND | MORE, new byte[] {1, 'x'}));
    }
}
