package io.datahub.auth.record;

import io.datahub.api.Home;
import io.datahub.api.file.AtomicFile;
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
 * Stores the bytes of the last valid users file: on disk for a start at which the record is invalid, and in memory in
 * case both are lost from the disk. Thread-safe.
 */
public final class LastGoodUsers {

    private static final Logger LOG = LoggerFactory.getLogger(LastGoodUsers.class);

    private final Path file;
    private volatile byte[] inMemory; // never modified; null before there are any

    public LastGoodUsers(Home home) {
        file = home.state().resolve("users.last-good.xml");
    }

    /** The stored bytes, if any. */
    public Optional<byte[]> read() {
        return onDisk().or(() -> Optional.ofNullable(inMemory));
    }

    private Optional<byte[]> onDisk() {
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("event=auth.last-good.unreadable file={} reason={}", file, LogText.quoted(e.toString()));
            return Optional.empty();
        }
    }

    /** Stores these bytes; doesn't write if they are already stored. */
    public void keep(byte[] bytes) throws IOException {
        inMemory = bytes;
        Optional<byte[]> kept = onDisk();
        if (kept.isEmpty() || !Arrays.equals(kept.get(), bytes)) {
            AtomicFile.write(file, AtomicFile.Access.PRIVATE, bytes);
        }
    }
}
