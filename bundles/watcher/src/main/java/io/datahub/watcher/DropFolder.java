package io.datahub.watcher;

import io.datahub.api.Result;
import io.datahub.api.disk.TemporaryNames;
import io.datahub.api.file.FileStat;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns files that local users put into {@code incoming/} into records: once a file has been unchanged for the quiet
 * period, it is validated and committed like any upload and then removed. Thread-safe.
 */
final class DropFolder {

    private static final Logger LOG = LoggerFactory.getLogger(DropFolder.class);

    private final Path root;
    private final TemporaryNames temporaryNames;
    private final FileImporter importer;
    private final QuietTracker quietTracker;
    private final ImportedFiles importedFiles;

    /**
     * Creates a drop folder.
     *
     * @param quietTracker tracks for how long files have been unchanged
     * @param importedFiles keeps the files that were imported
     */
    DropFolder(
            Path root,
            TemporaryNames temporaryNames,
            FileImporter importer,
            QuietTracker quietTracker,
            ImportedFiles importedFiles) {
        this.root = root;
        this.temporaryNames = temporaryNames;
        this.importer = importer;
        this.quietTracker = quietTracker;
        this.importedFiles = importedFiles;
    }

    /** Records the state of a file that changed: its quiet period starts now. */
    void noteChange(RecordPath path) {
        try {
            FileStat.of(path.under(root))
                    .filter(FileStat::isFile)
                    .ifPresent(stamp -> quietTracker.isQuiet(path, stamp));
        } catch (IOException e) {
            LOG.debug(
                    "event=watcher.incoming-file.unreadable path={}",
                    LogText.quoted(path),
                    e); // importing it will report the error
        }
    }

    /**
     * Imports a file if its quiet period is over; for a directory, passes each child to {@code retry}.
     *
     * @param retry receives each path that must be tried again later
     */
    synchronized void importFile(RecordPath path, Consumer<RecordPath> retry) throws IOException {
        Path file = path.under(root);
        Optional<FileStat> found = FileStat.of(file);
        if (found.isEmpty()) {
            quietTracker.forget(path);
        } else if (found.get().isDirectory()) {
            importChildren(file, retry);
        } else if (found.get().isFile() && !isIgnored(path)) {
            if (quietTracker.isQuiet(path, found.get())) {
                importFile(path, file, found.get(), retry);
            } else {
                retry.accept(path);
            }
        }
    }

    private boolean isIgnored(RecordPath path) {
        return temporaryNames.isTemporary(path) || path.name().startsWith(ImportedDirectory.NAME_PREFIX);
    }

    private void importChildren(Path directory, Consumer<RecordPath> retry) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            children.forEach(
                    child -> RecordPath.parse(root.relativize(child).toString()).then(found -> {
                        retry.accept(found);
                        return Result.done(found);
                    }));
        }
    }

    private void importFile(RecordPath path, Path file, FileStat stamp, Consumer<RecordPath> retry) throws IOException {
        if (!Files.isWritable(file.getParent())) {
            throw new IOException(file.getParent()
                    + " isn't writable, so files can't be moved out of it; give the hub's user write permission");
        }
        importedFiles.importUnread(path);
        FileImporter.Outcome outcome = importer.importFile(path, file, stamp);
        if (outcome instanceof FileImporter.Retry) {
            retry.accept(path);
            return;
        }
        if (outcome instanceof FileImporter.Committed committed) {
            LOG.info(
                    "event=watcher.incoming-file.committed path={} cursor={}",
                    LogText.quoted(path),
                    committed.cursor());
        }
        quietTracker.forget(path);
        if (!importedFiles.keep(path, file, stamp, outcome)) {
            retry.accept(path);
        }
    }

    /** Imports what was written to files after they were imported. */
    synchronized void sweep() {
        importedFiles.sweep();
    }

    /** The imported files, which are kept for a while. */
    ImportedFiles importedFiles() {
        return importedFiles;
    }
}
