package io.datahub.ssh.sftp.wire;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The packets of a channel that wait to be handled, in order. The first of them are kept as they are; when many wait,
 * the rest is kept in one array, so that the memory of small packets is about as large as what the client has sent. Not
 * thread-safe.
 */
public final class PacketQueue {

    /** So many packets are kept as they are. */
    static final int MAX_BUFFERS = 128;

    private static final byte[] NOTHING = {};

    private final Deque<ByteBuffer> first = new ArrayDeque<>();

    /** Packets with their lengths, from {@link #begin} to {@link #end}. */
    private byte[] rest = NOTHING;

    private int begin;
    private int end;

    /**
     * Adds a packet.
     *
     * @param reader gets the buffer back if the packet is copied
     */
    public void add(ByteBuffer packet, PacketReader reader) {
        if (begin == end && first.size() < MAX_BUFFERS) {
            first.addLast(packet);
            return;
        }
        int length = packet.remaining();
        reserve(Integer.BYTES + length);
        ByteBuffer target = ByteBuffer.wrap(rest, end, Integer.BYTES + length).putInt(length);
        target.put(packet);
        end = target.position();
        reader.release(packet);
    }

    private void reserve(int count) {
        if (rest.length - end >= count) {
            return;
        }
        int size = end - begin;
        byte[] target = rest.length - size >= count && begin >= size ? rest : new byte[size + count + size / 2];
        System.arraycopy(rest, begin, target, 0, size);
        rest = target;
        begin = 0;
        end = size;
    }

    /** Takes the next packet; null if there is none. */
    public ByteBuffer poll() {
        ByteBuffer packet = first.pollFirst();
        if (packet != null || begin == end) {
            return packet;
        }
        int length = ByteBuffer.wrap(rest).getInt(begin);
        ByteBuffer copy = ByteBuffer.allocate(length).put(rest, begin + Integer.BYTES, length);
        begin += Integer.BYTES + length;
        if (begin == end) {
            rest = NOTHING;
            begin = 0;
            end = 0;
        }
        return copy.flip();
    }

    /** Whether no packet waits. */
    public boolean isEmpty() {
        return first.isEmpty() && begin == end;
    }

    /** The number of packets that are kept as they are. */
    int buffers() {
        return first.size();
    }
}
