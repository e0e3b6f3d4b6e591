package io.datahub.zeromq.curve;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.event.SharedBuffer;
import io.datahub.zeromq.buffer.WriteBuffer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CurveMessageEncoderTest {

    private static final byte[] KEY = new byte[32];

    private final CurveMessageEncoder encoder =
            new CurveMessageEncoder(new CurveSessionKeys(KEY, 0, 0, new KeyStreamBatch()));
    private final WriteBuffer writeBuffer = new WriteBuffer();
    private final Random random = new Random(1);

    /** Encrypts everything, filling the write buffer as often as needed. */
    private byte[] encryptAll() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (!encoder.isEmpty()) {
            writeBuffer.clear();
            encoder.fill(writeBuffer);
            ByteBuffer piece = writeBuffer.nextSlice();
            byte[] bytes = new byte[piece.remaining()];
            piece.get(bytes);
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    /** Decrypts boxes as a client would; returns the plain frames. */
    private static byte[] decryptAll(byte[] sealed) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer boxes = ByteBuffer.wrap(sealed);
        for (long nonce = 1; boxes.hasRemaining(); nonce++) {
            int header = boxes.get();
            assertThat(header & ~2).isZero();
            byte[] body = new byte[header == 2 ? (int) boxes.getLong() : boxes.get() & 0xff];
            boxes.get(body);
            assertThat(ByteBuffer.wrap(body).getLong(8)).isEqualTo(nonce);
            byte[] content = new CurveBox(KEY, "CurveZMQMESSAGES")
                    .open(nonce, Arrays.copyOfRange(body, 16, body.length))
                    .orElseThrow();
            int flags = (content[0] & 1) | ((content[0] & 2) != 0 ? 4 : 0);
            byte[] frame = Arrays.copyOfRange(content, 1, content.length);
            all.write(frame.length > 255 ? flags | 2 : flags);
            all.writeBytes(frame.length > 255 ? CurvePeer.bytes(frame.length) : new byte[] {(byte) frame.length});
            all.writeBytes(frame);
        }
        return all.toByteArray();
    }

    private byte[] frame(int flags, int length) {
        byte[] body = new byte[length];
        random.nextBytes(body);
        byte[] header = CurvePeer.frameHeader(length);
        header[0] |= (byte) flags;
        return CurvePeer.concat(header, body);
    }

    @Test
    void shouldEncryptFramesOfAnyLength() {
        int[] lengths = {
            0, 1, 220, 221, 222, 223, 255, 256, 32_767, 32_768, 65_000, 65_493, 65_494, 65_495, 65_536, 98_304, 131_071,
            500_000
        };
        byte[] all = {};
        for (int length : lengths) {
            all = CurvePeer.concat(all, frame(1, length), frame(0, length), frame(4, 30));
        }
        encoder.add(ByteBuffer.wrap(all), null);

        assertThat(decryptAll(encryptAll())).isEqualTo(all);
    }

    @Test
    void shouldEncryptManySmallFramesFromManyBuffersInOrder() {
        byte[] all = {};
        for (int i = 0; i < 3_000; i++) {
            byte[] frames = CurvePeer.concat(frame(1, random.nextInt(40)), frame(0, random.nextInt(400)));
            encoder.add(ByteBuffer.wrap(frames), null);
            all = CurvePeer.concat(all, frames);
        }

        assertThat(decryptAll(encryptAll())).isEqualTo(all);
    }

    @Test
    void shouldReleaseABufferOnceItIsEncrypted() {
        int[] unused = {0};
        SharedBuffer buffer = new SharedBuffer(ByteBuffer.wrap(frame(0, 200_000))) {
            @Override
            protected void unused() {
                unused[0]++;
            }
        };
        encoder.add(buffer.bytes().duplicate(), buffer);
        writeBuffer.clear();
        encoder.fill(writeBuffer);
        assertThat(unused[0]).isZero();
        encryptAll();
        assertThat(unused[0]).isEqualTo(1);
        assertThat(encoder.isEmpty()).isTrue();
    }

    @Test
    void shouldReleaseAllBuffers() {
        int[] unused = {0};
        for (int i = 0; i < 3; i++) {
            ByteBuffer bytes = ByteBuffer.wrap(frame(0, 100_000));
            encoder.add(bytes, new SharedBuffer(bytes) {
                @Override
                protected void unused() {
                    unused[0]++;
                }
            });
        }
        writeBuffer.clear();
        encoder.fill(writeBuffer);
        encoder.release();

        assertThat(unused[0]).isEqualTo(3);
    }
}
