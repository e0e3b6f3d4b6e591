package io.datahub.history.segment;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.record.Cursor;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Reads the records of one segment, a chunk at a time. Events share the memory of their chunk. Not thread-safe.
 */
final class RecordReader implements Closeable {

    private static final int CHUNK = 2 * SparseIndex.STEP;

    private final FileChannel channel;
    private final long end;
    private long chunkStart;
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private SharedBuffer shared = new SharedBuffer(chunk);
    private int at;
    private int body;
    private byte[] userBytes = {};
    private String user = "";

    /**
     * @param start the offset of a record
     * @param end the offset up to which records are complete
     */
    RecordReader(Path file, long start, long end) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.READ);
        chunkStart = start;
        this.end = end;
    }

    /** The segment's header; empty bytes if there is none. */
    static ByteBuffer header(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.LENGTH);
            channel.read(bytes, 0);
            return bytes.flip();
        }
    }

    /**
     * Advances to the next record.
     *
     * @return false at the end, and at bytes that are no record: {@link #offset} tells which
     */
    boolean next() throws IOException {
        int start = at + (body == 0 ? 0 : KeptRecord.HEADER + body);
        if (!isLoaded(start)) {
            load(start);
            start = 0;
        }
        at = start;
        body = 0;
        long left = Math.min(end - offset(), chunk.limit() - at);
        if (left < KeptRecord.HEADER + KeptRecord.FIXED) {
            return false;
        }
        int length = chunk.getInt(at);
        if (length < KeptRecord.FIXED || length > left - KeptRecord.HEADER) {
            return false;
        }
        int checksum = chunk.getInt(at + Integer.BYTES);
        if (KeptRecord.checksum(chunk, at + KeptRecord.HEADER, length) != checksum) {
            return false;
        }
        int users = chunk.getShort(at + KeptRecord.HEADER + KeptRecord.USER_LENGTH);
        if (users < 0 || KeptRecord.FIXED + users >= length) {
            return false;
        }
        body = length;
        return true;
    }

    private boolean isLoaded(int start) {
        int available = chunk.limit() - start;
        return available >= KeptRecord.HEADER && available - KeptRecord.HEADER >= Math.max(0, chunk.getInt(start));
    }

    /** Loads a chunk that begins with the record at an offset of the current one, and has it completely. */
    private void load(int start) throws IOException {
        chunkStart += start;
        long left = end - chunkStart;
        chunk = read((int) Math.max(0, Math.min(CHUNK, left)));
        if (chunk.limit() >= KeptRecord.HEADER) {
            long length = KeptRecord.HEADER + (long) chunk.getInt(0);
            if (length > chunk.limit() && length <= left) {
                chunk = read((int) length);
            }
        }
        shared = new SharedBuffer(chunk);
        at = 0;
    }

    private ByteBuffer read(int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && channel.read(bytes, chunkStart + bytes.position()) > 0) {
            // until it is full
        }
        return bytes.flip();
    }

    /** The offset of the current record, or of what isn't one. */
    long offset() {
        return chunkStart + at;
    }

    /** The offset up to which records were to be read. */
    long end() {
        return end;
    }

    /** The length of the current record. */
    int length() {
        return KeptRecord.HEADER + body;
    }

    Position position() {
        int start = at + KeptRecord.HEADER;
        return new Position(chunk.getLong(start + KeptRecord.SEQUENCE), chunk.getLong(start));
    }

    long timeMillis() {
        return chunk.getLong(at + KeptRecord.HEADER + KeptRecord.TIME);
    }

    /** The start of the current event in {@link #bytes}. */
    int eventStart() {
        int users = chunk.getShort(at + KeptRecord.HEADER + KeptRecord.USER_LENGTH);
        return at + KeptRecord.HEADER + KeptRecord.FIXED + users;
    }

    /** The bytes that contain the current event. */
    ByteBuffer bytes() {
        return chunk;
    }

    /** The current event, at a position. */
    EventRun event(Cursor cursor) {
        int from = at + KeptRecord.HEADER + KeptRecord.FIXED;
        int to = eventStart();
        if (!Arrays.equals(chunk.array(), from, to, userBytes, 0, userBytes.length)) {
            userBytes = Arrays.copyOfRange(chunk.array(), from, to);
            user = new String(userBytes, StandardCharsets.UTF_8);
        }
        return new EventRun(shared, to, at + KeptRecord.HEADER + body, user, timeMillis(), cursor);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
