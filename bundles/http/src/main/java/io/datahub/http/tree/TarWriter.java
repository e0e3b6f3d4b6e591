package io.datahub.http.tree;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A tar file in the pax format (POSIX.1-2001, "pax Interchange Format"): a name that isn't short ASCII text, or a size
 * from 8 GiB, is in an extended header before the file's own one. Written here because a library for it is larger than
 * all of this bundle.
 */
final class TarWriter implements ArchiveWriter {

    private static final int BLOCK_BYTES = 512;
    private static final int MAX_NAME_BYTES = 100;
    private static final long MAX_NUMBER = 0_77_777_777_777L; // eleven octal digits
    private static final int CHECKSUM_OFFSET = 148;
    private static final byte FILE = '0';
    private static final byte DIRECTORY = '5';
    private static final byte EXTENDED_HEADER = 'x';

    private final OutputStream target;
    private long padding;

    TarWriter(OutputStream target) {
        this.target = target;
    }

    @Override
    public void addDirectory(String path, Instant modified) throws IOException {
        begin(path + "/", DIRECTORY, 0, modified);
    }

    @Override
    public void beginFile(String path, long size, Instant modified) throws IOException {
        begin(path, FILE, size, modified);
        padding = padding(size);
    }

    private void begin(String name, byte type, long size, Instant modified) throws IOException {
        String records = "";
        if (name.length() > MAX_NAME_BYTES
                || !StandardCharsets.US_ASCII.newEncoder().canEncode(name)) {
            records += extendedRecord("path", name);
        }
        if (size > MAX_NUMBER) {
            records += extendedRecord("size", Long.toString(size));
        }
        if (!records.isEmpty()) {
            byte[] bytes = records.getBytes(StandardCharsets.UTF_8);
            writeHeader("PaxHeader", EXTENDED_HEADER, bytes.length, modified);
            target.write(bytes);
            target.write(new byte[(int) padding(bytes.length)]);
        }
        writeHeader(name, type, size, modified);
    }

    /** A record of an extended header: its length in bytes, which counts itself, then key and value. */
    private static String extendedRecord(String key, String value) {
        String text = " " + key + "=" + value + "\n";
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        int total = length + Integer.toString(length).length();
        total = length + Integer.toString(total).length();
        return total + text;
    }

    private void writeHeader(String name, byte type, long size, Instant modified) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(BLOCK_BYTES);
        byte[] nameBytes = name.getBytes(StandardCharsets.US_ASCII);
        header.put(nameBytes, 0, Math.min(nameBytes.length, MAX_NAME_BYTES));
        header.position(MAX_NAME_BYTES);
        put(header, type == DIRECTORY ? "0000755\0" : "0000644\0");
        put(header, "0000000\0"); // user
        put(header, "0000000\0"); // group
        put(header, octal(size > MAX_NUMBER ? 0 : size));
        put(header, octal(Math.max(0, Math.min(MAX_NUMBER, modified.getEpochSecond()))));
        put(header, "        "); // the checksum counts itself as blanks
        header.put(type);
        header.position(header.position() + MAX_NAME_BYTES); // link name
        put(header, "ustar\0" + "00");
        int checksum = 0;
        for (byte each : header.array()) {
            checksum += Byte.toUnsignedInt(each);
        }
        header.position(CHECKSUM_OFFSET);
        put(header, String.format("%06o\0 ", checksum));
        target.write(header.array());
    }

    private static void put(ByteBuffer header, String text) {
        header.put(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String octal(long number) {
        return String.format("%011o\0", number);
    }

    private static long padding(long size) {
        return (BLOCK_BYTES - size % BLOCK_BYTES) % BLOCK_BYTES;
    }

    @Override
    public void write(byte[] bytes, int length) throws IOException {
        target.write(bytes, 0, length);
    }

    @Override
    public void endFile() throws IOException {
        target.write(new byte[(int) padding]);
    }

    @Override
    public void finish() throws IOException {
        target.write(new byte[2 * BLOCK_BYTES]);
    }

    @Override
    public void close() {}
}
