package io.datahub.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.event.SharedBuffer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CurveBoxWriterTest {

    private static final byte[] KEY = new byte[32];

    private final CurveMessageEncoder writer = new CurveMessageEncoder(new CurveBoxes(KEY, 0, 0));
    private final WriteBuffer scratch = new WriteBuffer();
    private final Random random = new Random(1);

    /** Everything sealed, in as many fillings as that takes. */
    private byte[] seal() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (!writer.isEmpty()) {
            scratch.clear();
            writer.fill(scratch);
            ByteBuffer piece = scratch.cut();
            byte[] bytes = new byte[piece.remaining()];
            piece.get(bytes);
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    /** Opens boxes as a client would; the frames in clear. */
    private static byte[] open(byte[] sealed) {
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
        return CurvePeer.joined(header, body);
    }

    @Test
    void shouldSealFramesOfAnyLength() {
        int[] lengths = {
            0, 1, 220, 221, 222, 223, 255, 256, 32_767, 32_768, 65_000, 65_493, 65_494, 65_495, 65_536, 98_304, 131_071,
            500_000
        };
        byte[] all = {};
        for (int length : lengths) {
            all = CurvePeer.joined(all, frame(1, length), frame(0, length), frame(4, 30));
        }
        writer.add(ByteBuffer.wrap(all), null);

        assertThat(open(seal())).isEqualTo(all);
    }

    @Test
    void shouldSealManySmallFramesFromManyBuffersInOrder() {
        byte[] all = {};
        for (int i = 0; i < 3_000; i++) {
            byte[] frames = CurvePeer.joined(frame(1, random.nextInt(40)), frame(0, random.nextInt(400)));
            writer.add(ByteBuffer.wrap(frames), null);
            all = CurvePeer.joined(all, frames);
        }

        assertThat(open(seal())).isEqualTo(all);
    }

    @Test
    void shouldLetGoOfABufferOnceItIsSealed() {
        int[] unused = {0};
        SharedBuffer buffer = new SharedBuffer(ByteBuffer.wrap(frame(0, 200_000))) {
            @Override
            protected void unused() {
                unused[0]++;
            }
        };
        writer.add(buffer.bytes().duplicate(), buffer);
        scratch.clear();
        writer.fill(scratch);
        assertThat(unused[0]).isZero();
        seal();
        assertThat(unused[0]).isEqualTo(1);
        assertThat(writer.isEmpty()).isTrue();
    }

    @Test
    void shouldLetGoOfEverythingInTheEnd() {
        int[] unused = {0};
        for (int i = 0; i < 3; i++) {
            ByteBuffer bytes = ByteBuffer.wrap(frame(0, 100_000));
            writer.add(bytes, new SharedBuffer(bytes) {
                @Override
                protected void unused() {
                    unused[0]++;
                }
            });
        }
        scratch.clear();
        writer.fill(scratch);
        writer.release();

        assertThat(unused[0]).isEqualTo(3);
    }
}
