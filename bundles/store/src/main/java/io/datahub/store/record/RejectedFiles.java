package io.datahub.store.record;

import io.datahub.store.disk.Disk;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps refused bytes for a while, so that whoever wrote them isn't left with nothing. */
final class RejectedFiles {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final int MAX_NAME = 100;

    private final Path folder;
    private final Supplier<Settings> settings;

    RejectedFiles(Path folder, Supplier<Settings> settings) throws IOException {
        this.folder = folder;
        this.settings = settings;
        Files.createDirectories(folder);
        trim();
    }

    /** Takes a staged file over, under a name that begins with the time; says where it is. */
    synchronized Path keep(String name, StagedFile staged) throws IOException {
        String tail = name.length() > MAX_NAME ? name.substring(name.length() - MAX_NAME) : name;
        Path target = folder.resolve(Instant.now().toEpochMilli() + "-"
                + staged.sha256().substring(0, 8) + "-" + tail.replaceAll("[^\\p{Alnum}._-]", "_"));
        try {
            Disk.replace(staged.path(), target);
        } catch (java.nio.file.AtomicMoveNotSupportedException e) {
            Files.move(staged.path(), target);
        }
        staged.moved();
        trim();
        return target;
    }

    private synchronized void trim() throws IOException {
        List<Path> kept = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            files.forEach(kept::add);
        }
        Collections.sort(kept);
        Instant limit = Instant.now().minus(settings.get().keepRejected());
        int surplus = kept.size() - settings.get().maxRejected();
        for (Path file : kept) {
            if (surplus-- > 0 || Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                Files.deleteIfExists(file);
                LOG.debug("event=rejected-forgotten file={}", file);
            }
        }
    }
}
