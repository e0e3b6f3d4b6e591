package io.datahub.history.segment;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The first bytes of a segment.
 *
 * @param epoch the lifetime of the history that its events belong to
 * @param previous the position of the last event of the segment before it; what was deleted ends there
 */
record SegmentHeader(String epoch, Position previous) {

    static final int LENGTH = 64;

    private static final long MAGIC = 0x4448_4b45_5054_3031L; // DHKEPT01
    private static final int EPOCH = 3 * Long.BYTES;
    private static final int CHECKSUM = LENGTH - Integer.BYTES;

    ByteBuffer bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
        bytes.putLong(MAGIC).putLong(previous.sequence()).putLong(previous.number());
        bytes.put(EPOCH, epoch.getBytes(StandardCharsets.US_ASCII));
        bytes.putInt(CHECKSUM, KeptRecord.checksum(bytes, 0, CHECKSUM));
        return bytes.rewind();
    }

    /** Parses a header; empty if it is damaged, or was never written completely. */
    static Optional<SegmentHeader> parse(ByteBuffer bytes) {
        if (bytes.remaining() < LENGTH
                || bytes.getLong(0) != MAGIC
                || bytes.getInt(CHECKSUM) != KeptRecord.checksum(bytes, 0, CHECKSUM)) {
            return Optional.empty();
        }
        byte[] epoch = new byte[CHECKSUM - EPOCH];
        bytes.get(EPOCH, epoch);
        String text = new String(epoch, StandardCharsets.US_ASCII).replace("\0", "");
        return Optional.of(
                new SegmentHeader(text, new Position(bytes.getLong(Long.BYTES), bytes.getLong(2 * Long.BYTES))));
    }
}
