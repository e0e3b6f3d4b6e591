package io.datahub.cluster.write;

import io.datahub.api.cluster.Blobs;
import io.datahub.api.log.LogText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores files as blobs under fresh keys. Thread-safe. */
public final class StoredBlobs {

    private static final Logger LOG = LoggerFactory.getLogger(StoredBlobs.class);

    private final Blobs blobs;
    private final SecureRandom random = new SecureRandom();

    public StoredBlobs(Blobs blobs) {
        this.blobs = blobs;
    }

    /** A text that was never used before, and that nobody can guess. */
    public String fresh(int bytes) {
        byte[] fresh = new byte[bytes];
        random.nextBytes(fresh);
        return HexFormat.of().formatHex(fresh);
    }

    /**
     * Stores a file.
     *
     * @return its key
     */
    public String put(Path file, long length, String sha256) throws IOException {
        String key = fresh(16);
        blobs.put(key, new FilePart(file, 0, length, Optional.of(sha256)));
        return key;
    }

    /**
     * Stores a part of a file.
     *
     * @return its key
     */
    public String putPart(Path file, long from, long length) throws IOException {
        String key = fresh(16);
        blobs.put(key, new FilePart(file, from, length, Optional.empty()));
        return key;
    }

    /** Deletes a blob that was never committed, if that is possible now; otherwise it is found when orphans are. */
    public void discard(String key) {
        try {
            blobs.delete(List.of(key));
        } catch (IOException e) {
            LOG.debug("event=cluster.blob.left key={} reason={}", key, LogText.quoted(e));
        }
    }

    /** A part of a file. */
    private record FilePart(Path file, long start, long length, Optional<String> sha256) implements Blobs.Source {

        @Override
        public InputStream open(long from) throws IOException {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            try {
                return Channels.newInputStream(channel.position(start + from));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        }
    }
}
