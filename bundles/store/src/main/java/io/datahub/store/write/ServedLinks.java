package io.datahub.store.write;

import io.datahub.api.log.LogText;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the links of {@link io.datahub.api.Home#served}. A link has to be created before its version is indexed,
 * since that changes the file's attributes. Thread-safe.
 */
public final class ServedLinks {

    private static final Logger LOG = LoggerFactory.getLogger(ServedLinks.class);

    private final Path folder;
    private final AtomicBoolean warned = new AtomicBoolean();

    public ServedLinks(Path folder) {
        this.folder = folder;
    }

    /**
     * Creates a hard link to a file if the directory exists and the file system supports links.
     *
     * @param modified when the version was committed
     */
    public void link(Path file, String sha256, Instant modified) {
        if (!folder.toFile().isDirectory()) { // without an exception for each commit, since most hubs have none
            return;
        }
        long nanos = TimeUnit.SECONDS.toNanos(modified.getEpochSecond()) + modified.getNano();
        try {
            Files.createLink(folder.resolve(sha256 + "-" + nanos), file);
        } catch (FileAlreadyExistsException e) {
            LOG.debug("event=store.link.exists file={}", LogText.quoted(file));
        } catch (IOException | UnsupportedOperationException e) {
            if (!warned.getAndSet(true)) {
                LOG.warn(
                        "event=store.link.failed directory={} reason={} consequence=\"the hub sends such records "
                                + "itself\""
                                + " remedy=\"put the directory and files/ on one file system\"",
                        LogText.quoted(folder),
                        LogText.quoted(e));
            }
        }
    }
}
