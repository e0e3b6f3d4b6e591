package io.datahub.ssh.sftp.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Decodes a request (draft-ietf-secsh-filexfer-02, section 3). Each method takes the next field, and throws a {@link
 * MalformedPacketException} if the packet ends before it does. Not thread-safe.
 */
public final class Packet {

    private final ByteBuffer bytes;
    private final int type;

    /**
     * Begins with the type.
     *
     * @param bytes the packet without its length; read up to its limit
     */
    public Packet(ByteBuffer bytes) {
        this.bytes = bytes;
        type = uint8();
    }

    /** The type of the request, one of {@link RequestType}. */
    public int type() {
        return type;
    }

    private void require(int count) {
        if (count < 0 || bytes.remaining() < count) {
            throw new MalformedPacketException("a packet of type " + type + " ends too early");
        }
    }

    private int uint8() {
        require(1);
        return bytes.get() & 0xff;
    }

    public int uint32() {
        require(Integer.BYTES);
        return bytes.getInt();
    }

    /** A 64-bit number that must fit into a long. */
    public long uint64() {
        require(Long.BYTES);
        long value = bytes.getLong();
        if (value < 0) {
            throw new MalformedPacketException("an offset or size is too large");
        }
        return value;
    }

    /** The bytes of a string, which are valid until the packet's buffer is used again. */
    public ByteBuffer data() {
        int length = uint32();
        require(length);
        ByteBuffer data = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        return data;
    }

    /** A string in UTF-8. */
    public String text() {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(data()).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedPacketException("a name isn't valid UTF-8");
        }
    }

    /** Whether there are more fields. */
    public boolean hasMore() {
        return bytes.hasRemaining();
    }
}
