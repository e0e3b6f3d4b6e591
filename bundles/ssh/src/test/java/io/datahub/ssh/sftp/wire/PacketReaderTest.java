package io.datahub.ssh.sftp.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacketReaderTest {

    private final PacketReader reader = new PacketReader(PacketReader.MAX_PACKET_BYTES, 1 << 20);
    private final List<byte[]> received = new ArrayList<>();

    private void receive(ByteBuffer packet) {
        byte[] copy = new byte[packet.remaining()];
        packet.get(copy);
        received.add(copy);
        reader.release(packet);
    }

    @Test
    void shouldFindPacketsHoweverTheyAreCut() {
        Random random = new Random(7);
        List<byte[]> sent = new ArrayList<>();
        ByteBuffer input = ByteBuffer.allocate(1 << 20);
        for (int i = 0; i < 200; i++) {
            byte[] packet = new byte[1 + random.nextInt(3_000)];
            random.nextBytes(packet);
            sent.add(packet);
            input.putInt(packet.length).put(packet);
        }
        int end = input.position();
        for (int at = 0; at < end; ) {
            int part = Math.min(end - at, 1 + random.nextInt(random.nextBoolean() ? 5 : 10_000));
            reader.read(input.array(), at, part, this::receive);
            at += part;
        }
        assertThat(received).hasSameSizeAs(sent);
        for (int i = 0; i < sent.size(); i++) {
            assertThat(received.get(i)).isEqualTo(sent.get(i));
        }
    }

    @Test
    void shouldRefuseLengthsThatAreImpossible() {
        for (int length : new int[] {0, -1, Integer.MIN_VALUE, PacketReader.MAX_PACKET_BYTES + 1}) {
            byte[] header = ByteBuffer.allocate(4).putInt(length).array();
            assertThatThrownBy(() ->
                            new PacketReader(PacketReader.MAX_PACKET_BYTES, 1 << 20).read(header, 0, 4, this::receive))
                    .isInstanceOf(MalformedPacketException.class);
        }
    }

    @Test
    void shouldTakeMoreInputAfterAnImpossibleLength() {
        assertThatThrownBy(() -> reader.read(new byte[4], 0, 4, this::receive))
                .isInstanceOf(MalformedPacketException.class);
        reader.read(new byte[] {0, 0, 0, 1, 7}, 0, 5, this::receive);
        assertThat(received).containsExactly(new byte[] {7});
    }

    @Test
    void shouldTakeTheLargestPacket() {
        byte[] header =
                ByteBuffer.allocate(4).putInt(PacketReader.MAX_PACKET_BYTES).array();
        reader.read(header, 0, 4, this::receive);
        reader.read(new byte[PacketReader.MAX_PACKET_BYTES], 0, PacketReader.MAX_PACKET_BYTES, this::receive);
        assertThat(received).hasSize(1);
    }
}
