package io.datahub.watcher;

import io.datahub.api.file.AtomicFile;
import io.datahub.api.file.FileStat;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of the files that were imported from {@code incoming/}, each with a note that describes it. Not
 * thread-safe.
 */
final class ImportedDirectory {

    /**
     * The prefix of the names that the hub gives to files in {@code incoming/} if they can't be moved out of their file
     * system.
     */
    static final String NAME_PREFIX = ".datahub-taken-";

    private static final Logger LOG = LoggerFactory.getLogger(ImportedDirectory.class);
    private static final String NOTE_EXTENSION = ".note";

    private final Path directory;
    private final Path incoming;
    private long lastNumber;

    /**
     * @param directory is created if it doesn't exist
     * @param former where an earlier version of the hub kept the files; they are moved from there
     * @param incoming the directory {@code incoming/}
     */
    ImportedDirectory(Path directory, Path former, Path incoming) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.incoming = incoming;
        if (Files.isDirectory(former)) {
            moveFrom(former);
        }
    }

    private void moveFrom(Path former) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(former)) {
            for (Path file : files) {
                Files.move(file, directory.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        Files.delete(former);
    }

    /** Loads the files; one whose note is damaged is moved to the rejected files. */
    List<ImportedFile> load(RefusedFiles rejected) throws IOException {
        List<ImportedFile> files = new ArrayList<>();
        try (DirectoryStream<Path> notes = Files.newDirectoryStream(directory, "*" + NOTE_EXTENSION)) {
            for (Path note : notes) {
                load(note, rejected).ifPresent(files::add);
            }
        }
        return files;
    }

    private Optional<ImportedFile> load(Path note, RefusedFiles rejected) throws IOException {
        String fileName = note.getFileName().toString();
        String name = fileName.substring(0, fileName.length() - NOTE_EXTENSION.length());
        try {
            ImportedFile file = ImportedFile.parse(name, Files.readAllLines(note));
            if (Files.exists(fileOf(file))) {
                return Optional.of(file);
            }
        } catch (IllegalArgumentException e) {
            Path data = directory.resolve(name);
            if (Files.exists(data)) {
                Path rejectedFile = rejected.move(data, name);
                LOG.warn(
                        "event=watcher.imported-file.note-invalid file={} reason={}",
                        LogText.quoted(rejectedFile),
                        LogText.quoted(e.getMessage()));
            }
        }
        Files.delete(note);
        return Optional.empty();
    }

    /**
     * Moves a file into this directory and writes its note; empty if the file no longer exists. If the file is on
     * another file system, it is renamed within its own directory instead.
     */
    Optional<ImportedFile> moveIn(RecordPath path, Path file, FileStat stamp, String sha256) throws IOException {
        lastNumber = Math.max(lastNumber + 1, System.currentTimeMillis());
        String name = Long.toString(lastNumber);
        ImportedFile imported = new ImportedFile(name, path, "", stamp, sha256, Instant.now());
        write(imported);
        try {
            try {
                Files.move(file, fileOf(imported), StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Path sibling = file.resolveSibling(NAME_PREFIX + name);
                imported = new ImportedFile(
                        name, path, incoming.relativize(sibling).toString(), stamp, sha256, imported.readAt());
                write(imported);
                Files.move(file, sibling, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (NoSuchFileException e) {
            Files.delete(noteOf(imported)); // its owner has removed it
            return Optional.empty();
        } catch (IOException e) {
            Files.delete(noteOf(imported));
            throw e;
        }
        return Optional.of(imported);
    }

    /** The path of a file. */
    Path fileOf(ImportedFile imported) {
        return imported.location().isEmpty()
                ? directory.resolve(imported.name())
                : incoming.resolve(imported.location());
    }

    private Path noteOf(ImportedFile imported) {
        return directory.resolve(imported.name() + NOTE_EXTENSION);
    }

    /**
     * Writes the note of a file. One that a power failure damages is discovered when it is read; waiting for the disk
     * would slow down the import of many small files.
     */
    void write(ImportedFile imported) throws IOException {
        String note = String.join("\n", imported.note()) + "\n";
        AtomicFile.replace(noteOf(imported), AtomicFile.Access.READABLE, file -> Files.writeString(file, note));
    }

    /** Removes a file and its note. */
    void remove(ImportedFile imported) throws IOException {
        Files.deleteIfExists(fileOf(imported));
        Files.deleteIfExists(noteOf(imported));
    }

    /** The free disk space in bytes. */
    long usableBytes() {
        return directory.toFile().getUsableSpace();
    }
}
