package io.datahub.ssh.sftp.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacketQueueTest {

    private final PacketReader reader = new PacketReader(PacketReader.MAX_PACKET_BYTES, 1 << 20);
    private final PacketQueue queue = new PacketQueue();

    @Test
    void shouldKeepTheOrder() {
        Random random = new Random(3);
        Deque<byte[]> expected = new ArrayDeque<>();
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(100) < 50 + (i < 10_000 ? 10 : -10)) {
                byte[] packet = new byte[1 + random.nextInt(40)];
                random.nextBytes(packet);
                expected.add(packet);
                queue.add(ByteBuffer.wrap(packet.clone()), reader);
            } else if (!expected.isEmpty()) {
                assertThat(queue.poll()).isEqualTo(ByteBuffer.wrap(expected.remove()));
            }
        }
        while (!expected.isEmpty()) {
            assertThat(queue.isEmpty()).isFalse();
            assertThat(queue.poll()).isEqualTo(ByteBuffer.wrap(expected.remove()));
        }
        assertThat(queue.poll()).isNull();
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void shouldNotKeepABufferForEachOfManySmallPackets() {
        for (int i = 0; i < 100_000; i++) {
            queue.add(ByteBuffer.wrap(new byte[] {1}), reader);
        }
        assertThat(queue.buffers()).isEqualTo(PacketQueue.MAX_BUFFERS);
    }
}
