package io.datahub.store.metadata;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the sequence number up to which changes were announced, so that after a crash between journaling and
 * announcing, the remaining changes are announced and none is announced twice. The file isn't flushed: it survives
 * the process but not the machine, and is valid only for the current boot. For one thread.
 */
final class AnnouncedWatermark implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AnnouncedWatermark.class);
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(3 * Long.BYTES);
    private final long bootId;

    AnnouncedWatermark(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        bootId = Files.isReadable(BOOT_ID) ? Files.readString(BOOT_ID).hashCode() : 0;
    }

    /** The sequence number up to which this epoch was announced; empty if unknown. */
    OptionalLong announcedUpTo(String epoch) throws IOException {
        OptionalLong lowerBound = lowerBound(epoch);
        return bootId != 0 && buffer.getLong(0) == bootId ? lowerBound : OptionalLong.empty();
    }

    /** A sequence number that this epoch has certainly reached, even before the last boot; empty if unknown. */
    OptionalLong lowerBound(String epoch) throws IOException {
        buffer.clear();
        if (channel.read(buffer, 0) < buffer.capacity() || buffer.getLong(Long.BYTES) != epoch.hashCode()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(buffer.getLong(2 * Long.BYTES));
    }

    /** Stores that the epoch was announced up to this sequence number. An I/O error is logged and ignored. */
    void update(String epoch, long sequence) {
        buffer.clear();
        buffer.putLong(bootId).putLong(epoch.hashCode()).putLong(sequence).flip();
        try {
            channel.write(buffer, 0);
        } catch (IOException e) {
            LOG.debug("event=store.watermark.write-failed sequence={}", sequence, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("event=store.watermark.close-failed", e);
        }
    }
}
