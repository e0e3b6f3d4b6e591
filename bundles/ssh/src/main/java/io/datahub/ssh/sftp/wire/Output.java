package io.datahub.ssh.sftp.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Encodes answers (draft-ietf-secsh-filexfer-02, section 7), one after the other, until they are sent together. Not
 * thread-safe.
 */
public final class Output {

    private static final int INITIAL_BYTES = 1 << 10;

    /** For the headers of two answers. */
    private static final int HEADER_BYTES = 1 << 10;

    private static final int VERSION = 2;
    private static final int STATUS = 101;
    private static final int HANDLE = 102;
    private static final int DATA = 103;
    private static final int NAME = 104;
    private static final int ATTRS = 105;
    private static final int EXTENDED_REPLY = 201;

    private final int maxData;

    /** A buffer that is larger than for two answers with data is given up once its bytes are sent. */
    private final int maxKept;

    private byte[] bytes = new byte[INITIAL_BYTES];
    private int size;

    /** Answers with as much data as clients may ask for. */
    public Output() {
        this(PacketReader.MAX_DATA_BYTES);
    }

    /** @param maxData the maximum number of bytes of a file in one answer */
    public Output(int maxData) {
        this.maxData = maxData;
        maxKept = 2 * maxData + HEADER_BYTES;
    }

    /** The fields of an answer. */
    public interface Fields {
        void write(Output output);
    }

    /** Reads the bytes of a data packet. */
    public interface Source {

        /** Fills the buffer as far as there are bytes; returns the number, 0 or less at the end. */
        int read(ByteBuffer target) throws IOException;
    }

    /** The maximum number of bytes of a file in one answer. */
    public int maxData() {
        return maxData;
    }

    public byte[] bytes() {
        return bytes;
    }

    public int size() {
        return size;
    }

    /** Forgets the bytes, which were sent. */
    public void clear() {
        size = 0;
        if (bytes.length > maxKept) {
            bytes = new byte[INITIAL_BYTES];
        }
    }

    private void reserve(int count) {
        if (bytes.length - size < count) {
            bytes = Arrays.copyOf(bytes, Math.max(size + count, bytes.length * 2));
        }
    }

    public void int8(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    public void int32(int value) {
        reserve(Integer.BYTES);
        put(size, value);
        size += Integer.BYTES;
    }

    private void put(int at, int value) {
        ByteBuffer.wrap(bytes).putInt(at, value);
    }

    public void int64(long value) {
        int32((int) (value >>> Integer.SIZE));
        int32((int) value);
    }

    public void text(String value) {
        byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
        int32(encoded.length);
        reserve(encoded.length);
        System.arraycopy(encoded, 0, bytes, size, encoded.length);
        size += encoded.length;
    }

    private void packet(int type, int id, Fields fields) {
        int start = size;
        int32(0);
        int8(type);
        int32(id);
        fields.write(this);
        put(start, size - start - Integer.BYTES);
    }

    /**
     * Encodes the answer to INIT.
     *
     * @param extensions names and versions by turns
     */
    public void version(int version, String... extensions) {
        packet(VERSION, version, output -> {
            for (String each : extensions) {
                output.text(each);
            }
        });
    }

    public void status(int id, Status status) {
        packet(STATUS, id, output -> {
            output.int32(status.code());
            output.text(status.text());
            output.text("en");
        });
    }

    public void handle(int id, String handle) {
        packet(HANDLE, id, output -> output.text(handle));
    }

    public void attributes(int id, Fields attributes) {
        packet(ATTRS, id, attributes);
    }

    /** Encodes the canonical form of a path. */
    public void path(int id, String canonical) {
        names(id, 1, fields -> {
            fields.text(canonical);
            fields.text(canonical);
            fields.int32(0); // no attributes
        });
    }

    /**
     * Encodes names of files.
     *
     * @param names writes each as name, long name and attributes
     */
    public void names(int id, int count, Fields names) {
        packet(NAME, id, output -> {
            output.int32(count);
            names.write(output);
        });
    }

    public void extended(int id, Fields fields) {
        packet(EXTENDED_REPLY, id, fields);
    }

    /** Forgets what was encoded after this size. */
    public void cut(int earlier) {
        size = earlier;
    }

    /**
     * Encodes up to this many bytes of a file, and at most {@link #maxData}.
     *
     * @param wanted how many bytes the client asks for
     * @param ifNone the answer if the source has none
     */
    public void data(int id, int wanted, Source source, Supplier<Status> ifNone) throws IOException {
        int length = Math.min(wanted, maxData);
        int start = size;
        int32(0);
        int8(DATA);
        int32(id);
        int32(0);
        reserve(length);
        int count = 0;
        try {
            count = source.read(ByteBuffer.wrap(bytes, size, length));
        } finally {
            if (count <= 0) {
                size = start;
            }
        }
        if (count <= 0) {
            status(id, ifNone.get());
            return;
        }
        put(size - Integer.BYTES, count);
        size += count;
        put(start, size - start - Integer.BYTES);
    }
}
