package io.datahub.ssh.sftp;

import io.datahub.ssh.sftp.wire.PacketQueue;
import io.datahub.ssh.sftp.wire.PacketReader;
import java.nio.ByteBuffer;

/** The packets that a channel's client has sent and that wait to be handled. Thread-safe. */
final class Input {

    private final PacketReader reader;

    /** Guarded by itself. */
    private final PacketQueue packets = new PacketQueue();

    Input(PacketReader reader) {
        this.reader = reader;
    }

    /**
     * Takes what has arrived, from one thread at a time.
     *
     * @throws io.datahub.ssh.sftp.wire.MalformedPacketException if a packet is too short or too long
     */
    void add(byte[] bytes, int start, int length) {
        reader.read(bytes, start, length, packet -> {
            synchronized (packets) {
                packets.add(packet, reader);
            }
        });
    }

    /** The next packet, to be given back by {@link #release}; null if there is none. */
    ByteBuffer poll() {
        synchronized (packets) {
            return packets.poll();
        }
    }

    boolean isEmpty() {
        synchronized (packets) {
            return packets.isEmpty();
        }
    }

    void release(ByteBuffer packet) {
        reader.release(packet);
    }
}
