package io.datahub.auth;

import io.datahub.api.Home;
import io.datahub.api.log.LogText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the bytes of the users file that came into force last: on disk for a start at which the record itself is no good,
 * and in memory for the case that the disk loses both. For any thread.
 */
final class LastGoodUsers {

    private static final Logger LOG = LoggerFactory.getLogger(LastGoodUsers.class);

    private final Path file;
    private volatile byte[] inMemory; // never changed; null before there are any

    LastGoodUsers(Home home) {
        file = home.state().resolve("users.last-good.xml");
    }

    /** The bytes, where there are any. */
    Optional<byte[]> read() {
        return onDisk().or(() -> Optional.ofNullable(inMemory));
    }

    private Optional<byte[]> onDisk() {
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("last-good=unreadable file={} reason={}", file, LogText.quoted(e.toString()));
            return Optional.empty();
        }
    }

    /** Keeps these bytes; writes nothing where they are kept already. */
    void keep(byte[] bytes) throws IOException {
        inMemory = bytes;
        Optional<byte[]> kept = onDisk();
        if (kept.isEmpty() || !Arrays.equals(kept.get(), bytes)) {
            PrivateFile.write(file, bytes);
        }
    }
}
