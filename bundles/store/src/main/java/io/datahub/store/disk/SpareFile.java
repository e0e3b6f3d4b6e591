package io.datahub.store.disk;

import io.datahub.api.log.LogText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that reserves disk space. When the disk is full it is deleted, so that deletions and changes that revoke
 * access, which need some space themselves, can still be written. Thread-safe.
 */
public final class SpareFile {

    /** The file name in the hub's state directory. */
    public static final String NAME = "spare";

    /** The size in bytes. */
    public static final long BYTES = 4L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(SpareFile.class);
    private static final int CHUNK_BYTES = 1 << 16;

    private final Path file;

    public SpareFile(Path file) {
        this.file = file;
    }

    /** Whether the file exists in full size. */
    public synchronized boolean exists() {
        try {
            return Files.size(file) == BYTES;
        } catch (IOException e) {
            return false;
        }
    }

    /** Creates the file unless it exists; if there isn't enough space, nothing is left. */
    public synchronized void create() {
        if (exists()) {
            return;
        }
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            byte[] chunk = new byte[CHUNK_BYTES];
            Arrays.fill(chunk, (byte) 's'); // some file systems allocate no space for zeros
            for (ByteBuffer bytes = ByteBuffer.wrap(chunk); channel.position() < BYTES; bytes.rewind()) {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        } catch (IOException e) {
            LOG.debug("event=store.spare-file.create-failed file={}", LogText.quoted(file), e);
            remove();
        }
    }

    /** Deletes the file, if it exists, to free its space. */
    public synchronized void release() {
        if (remove()) {
            LOG.warn(
                    "event=store.spare-file.released bytes={} reason=\"the disk is full\" consequence=\"records "
                            + "can be deleted"
                            + " and users changed, but nothing else can be written\"",
                    BYTES);
        }
    }

    private boolean remove() {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("event=store.spare-file.delete-failed file={} reason={}", LogText.quoted(file), LogText.quoted(e));
            return false;
        }
    }
}
