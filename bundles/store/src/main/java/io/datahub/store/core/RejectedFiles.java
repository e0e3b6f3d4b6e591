package io.datahub.store.core;

import io.datahub.api.file.RejectedFileName;
import io.datahub.api.log.LogText;
import io.datahub.records.settings.StoreSettings;
import io.datahub.records.staging.Disk;
import io.datahub.records.staging.StagedFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps rejected files for a while, so that their authors don't lose their work. */
public final class RejectedFiles {

    private static final Logger LOG = LoggerFactory.getLogger(RejectedFiles.class);

    private final Path folder;
    private final Supplier<StoreSettings> settings;

    public RejectedFiles(Path folder, Supplier<StoreSettings> settings) throws IOException {
        this.folder = folder;
        this.settings = settings;
        Files.createDirectories(folder);
        trim();
    }

    /** Moves a staged file here, under a name that begins with the time; returns its path. */
    public synchronized Path keep(String name, StagedFile staged) throws IOException {
        String hash = staged.sha256().substring(0, 8);
        Path target = folder.resolve(RejectedFileName.of(Instant.now(), hash, name));
        try {
            Disk.replace(staged.path(), target);
        } catch (java.nio.file.AtomicMoveNotSupportedException e) {
            Files.move(staged.path(), target);
        }
        staged.moved();
        trim();
        return target;
    }

    /**
     * Deletes files that are too old, and the oldest if there are too many. Files that others put here are treated
     * alike.
     */
    public synchronized void trim() throws IOException {
        List<Path> kept = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            files.forEach(kept::add);
        }
        Collections.sort(kept);
        Instant limit = Instant.now().minus(settings.get().keepRejected());
        int surplus = kept.size() - settings.get().maxRejected();
        for (Path file : kept) {
            if (surplus-- > 0 || keptSince(file).isBefore(limit)) {
                Files.deleteIfExists(file);
                LOG.debug("event=store.rejected-file.deleted file={}", LogText.quoted(file));
            }
        }
    }

    /** When the file was put here: according to its name, or its own time if someone else put it here. */
    private static Instant keptSince(Path file) throws IOException {
        Optional<Instant> named = RejectedFileName.time(file);
        return named.isPresent() ? named.get() : Files.getLastModifiedTime(file).toInstant();
    }
}
