package io.datahub.store.metadata;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads what {@link java.io.DataOutput} has written, without copies on the way: every download reads an entry. */
final class RecordInput {

    private final ByteBuffer bytes;

    RecordInput(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes);
    }

    boolean hasRemaining() {
        return bytes.hasRemaining();
    }

    boolean readBoolean() throws IOException {
        require(1);
        return bytes.get() != 0;
    }

    int readInt() throws IOException {
        require(Integer.BYTES);
        return bytes.getInt();
    }

    long readLong() throws IOException {
        require(Long.BYTES);
        return bytes.getLong();
    }

    /** Reads text in modified UTF-8. */
    String readUTF() throws IOException {
        require(Short.BYTES);
        int start = bytes.position();
        int length = Short.toUnsignedInt(bytes.getShort());
        require(length);
        byte[] array = bytes.array();
        bytes.position(bytes.position() + length);
        for (int i = bytes.position() - length; i < bytes.position(); i++) {
            if (array[i] < 0) {
                return new DataInputStream(new ByteArrayInputStream(array, start, Short.BYTES + length)).readUTF();
            }
        }
        return new String(array, start + Short.BYTES, length, StandardCharsets.ISO_8859_1);
    }

    private void require(int count) throws EOFException {
        if (bytes.remaining() < count) {
            throw new EOFException("an entry ends at byte " + bytes.limit());
        }
    }
}
