package io.datahub.history.segment;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file beside a segment that spares reading the segment at start: beside a complete one, and beside the last one of a
 * log while that is closed. It is written without a flush: one that is missing, damaged or of another length isn't used.
 */
final class SegmentIndexFile {

    private SegmentIndexFile() {}

    /**
     * What is known of a complete segment.
     *
     * @param length its length in bytes
     * @param last the position of its last record
     * @param lastMillis when the newest of its events was received
     * @param count the number of its records
     */
    record Content(SparseIndex index, long length, Position last, long lastMillis, long count) {}

    static Path of(Path segment) {
        String name = segment.getFileName().toString();
        return segment.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".idx");
    }

    /** Writes the file of a segment. */
    static void write(Path segment, Content content) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(5 * Long.BYTES + content.index().bytes() + Integer.BYTES);
        bytes.putLong(content.length())
                .putLong(content.last().sequence())
                .putLong(content.last().number())
                .putLong(content.lastMillis())
                .putLong(content.count());
        content.index().write(bytes);
        bytes.putInt(KeptRecord.checksum(bytes, 0, bytes.position()));
        Files.write(of(segment), bytes.array());
    }

    /** Reads the file of a segment; empty if it can't be used. */
    static Optional<Content> read(Path segment) throws IOException {
        Path file = of(segment);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        int checked = bytes.limit() - Integer.BYTES;
        if (checked < 0 || bytes.getInt(checked) != KeptRecord.checksum(bytes, 0, checked)) {
            return Optional.empty();
        }
        try {
            long length = bytes.getLong();
            Position last = new Position(bytes.getLong(), bytes.getLong());
            long lastMillis = bytes.getLong();
            long count = bytes.getLong();
            Content content = new Content(SparseIndex.read(bytes), length, last, lastMillis, count);
            return Files.size(segment) == length ? Optional.of(content) : Optional.empty();
        } catch (BufferUnderflowException e) {
            return Optional.empty();
        }
    }
}
