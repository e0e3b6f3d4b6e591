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
 * Remembers up to which number changes were announced, so that a hub that was killed between writing a change down and
 * announcing it makes up for that, and repeats nothing. It isn't flushed: it outlives the process but not the machine, and
 * counts only as long as that runs. For one thread.
 */
final class AnnouncedWatermark implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    private final FileChannel channel;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(3 * Long.BYTES);
    private final long boot;

    AnnouncedWatermark(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boot = Files.isReadable(BOOT) ? Files.readString(BOOT).hashCode() : 0;
    }

    /** The number up to which this epoch was announced; empty if that isn't known. */
    OptionalLong last(String epoch) throws IOException {
        OptionalLong atLeast = atLeast(epoch);
        return boot != 0 && bytes.getLong(0) == boot ? atLeast : OptionalLong.empty();
    }

    /** A number that this epoch certainly reached, also before the machine started; empty if that isn't known. */
    OptionalLong atLeast(String epoch) throws IOException {
        bytes.clear();
        if (channel.read(bytes, 0) < bytes.capacity() || bytes.getLong(Long.BYTES) != epoch.hashCode()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(bytes.getLong(2 * Long.BYTES));
    }

    /** Remembers that it was announced up to this number. */
    void move(String epoch, long sequence) {
        bytes.clear();
        bytes.putLong(boot).putLong(epoch.hashCode()).putLong(sequence).flip();
        try {
            channel.write(bytes, 0);
        } catch (IOException e) {
            LOG.debug("event=announced-unwritten sequence={}", sequence, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("event=announced-unclosed", e);
        }
    }
}
