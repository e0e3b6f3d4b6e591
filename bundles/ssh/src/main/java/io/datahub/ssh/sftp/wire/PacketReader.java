package io.datahub.ssh.sftp.wire;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Finds the packets in a channel's input: a length of four bytes, and as many bytes. Buffers are used again, so that a
 * long upload allocates nothing. Input arrives on one thread at a time; buffers may come back from any.
 */
public final class PacketReader {

    /** The maximum number of bytes that one request reads or writes. */
    public static final int MAX_DATA_BYTES = 1 << 18;

    /** The maximum size of a packet, with room for a header next to the maximum data. */
    public static final int MAX_PACKET_BYTES = MAX_DATA_BYTES + (1 << 10);

    /** The maximum number of bytes that one request reads if memory is scarce. */
    public static final int SMALL_DATA_BYTES = 1 << 15;

    /** The maximum size of a packet if memory is scarce: some clients write 64 KiB without asking. */
    public static final int SMALL_PACKET_BYTES = (1 << 16) + (1 << 10);

    /** What a full window holds of the largest packets, and more of smaller ones. */
    private static final int KEPT_BUFFERS = 8;

    private final int maxBytes;

    /** How much the spare buffers may take. */
    private final long maxSpare;

    /** The size of the spare buffers; guarded by them. */
    private int spareBytes;

    /** Buffers to be used again, the largest first; guarded by itself. */
    private final Deque<ByteBuffer> spare = new ArrayDeque<>();

    private final ByteBuffer header = ByteBuffer.allocate(Integer.BYTES);

    /** The packet that has begun; null while its length isn't known. */
    private ByteBuffer packet;

    /**
     * Creates one for a channel.
     *
     * @param maxBytes the maximum size of a packet
     * @param maxSpare how many bytes are kept for further packets: what the client may have sent before it is read
     */
    public PacketReader(int maxBytes, long maxSpare) {
        this.maxBytes = maxBytes;
        this.maxSpare = maxSpare;
    }

    /** Receives packets. */
    public interface Receiver {

        /**
         * Takes a packet.
         *
         * @param packet the packet without its length, to be given back by {@link #release}
         */
        void received(ByteBuffer packet);
    }

    /**
     * Takes the next input.
     *
     * @throws MalformedPacketException if a packet is too short or too long
     */
    public void read(byte[] bytes, int start, int count, Receiver receiver) {
        int at = start;
        int end = start + count;
        while (at < end) {
            if (packet == null) {
                header.put(bytes[at++]);
                if (!header.hasRemaining()) {
                    int length = header.flip().getInt();
                    header.clear();
                    packet = begin(length);
                }
            } else {
                int part = Math.min(packet.remaining(), end - at);
                packet.put(bytes, at, part);
                at += part;
                if (!packet.hasRemaining()) {
                    ByteBuffer complete = packet.flip();
                    packet = null;
                    receiver.received(complete);
                }
            }
        }
    }

    private ByteBuffer begin(int length) {
        if (length < 1 || length > maxBytes) {
            throw new MalformedPacketException("a packet can't have a length of " + Integer.toUnsignedString(length));
        }
        synchronized (spare) {
            if (!spare.isEmpty() && spare.peekFirst().capacity() >= length) {
                spareBytes -= spare.peekFirst().capacity();
                return spare.pollFirst().clear().limit(length);
            }
        }
        return ByteBuffer.allocate(length);
    }

    /** Gives the buffer of a packet back. */
    public void release(ByteBuffer done) {
        synchronized (spare) {
            if (spare.size() == KEPT_BUFFERS) {
                spareBytes -= spare.pollLast().capacity();
            }
            if (spareBytes + done.capacity() > maxSpare) {
                return;
            }
            spareBytes += done.capacity();
            if (spare.isEmpty() || spare.peekFirst().capacity() <= done.capacity()) {
                spare.addFirst(done);
            } else {
                spare.addLast(done);
            }
        }
    }
}
