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
 * The directory of the files that were ingested from {@code incoming/}, each with a note that describes it. Not
 * thread-safe.
 */
final class KeptFolder {

    /**
     * The prefix of the names that the hub gives to files in {@code incoming/} if they can't be moved out of their file
     * system.
     */
    static final String TAKEN_PREFIX = ".datahub-taken-";

    private static final Logger LOG = LoggerFactory.getLogger(KeptFolder.class);
    private static final String NOTE_EXTENSION = ".note";

    private final Path folder;
    private final Path incoming;
    private long lastNumber;

    KeptFolder(Path folder, Path incoming) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.incoming = incoming;
    }

    /** Loads the files; one whose note is damaged is moved to the rejected files. */
    List<KeptFile> load(RefusedFiles rejected) throws IOException {
        List<KeptFile> files = new ArrayList<>();
        try (DirectoryStream<Path> notes = Files.newDirectoryStream(folder, "*" + NOTE_EXTENSION)) {
            for (Path note : notes) {
                load(note, rejected).ifPresent(files::add);
            }
        }
        return files;
    }

    private Optional<KeptFile> load(Path note, RefusedFiles rejected) throws IOException {
        String fileName = note.getFileName().toString();
        String name = fileName.substring(0, fileName.length() - NOTE_EXTENSION.length());
        try {
            KeptFile file = KeptFile.parse(name, Files.readAllLines(note));
            if (Files.exists(fileOf(file))) {
                return Optional.of(file);
            }
        } catch (IllegalArgumentException e) {
            Path data = folder.resolve(name);
            if (Files.exists(data)) {
                Path rejectedFile = rejected.move(data, name);
                LOG.warn(
                        "event=watcher.kept-file.note-invalid file={} reason={}",
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
    Optional<KeptFile> moveIn(RecordPath path, Path file, FileStat stamp, String sha256) throws IOException {
        lastNumber = Math.max(lastNumber + 1, System.currentTimeMillis());
        String name = Long.toString(lastNumber);
        KeptFile kept = new KeptFile(name, path, "", stamp, sha256, Instant.now());
        write(kept);
        try {
            try {
                Files.move(file, fileOf(kept), StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Path sibling = file.resolveSibling(TAKEN_PREFIX + name);
                kept = new KeptFile(name, path, incoming.relativize(sibling).toString(), stamp, sha256, kept.readAt());
                write(kept);
                Files.move(file, sibling, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (NoSuchFileException e) {
            Files.delete(noteOf(kept)); // its owner has removed it
            return Optional.empty();
        } catch (IOException e) {
            Files.delete(noteOf(kept));
            throw e;
        }
        return Optional.of(kept);
    }

    /** The path of a file. */
    Path fileOf(KeptFile kept) {
        return kept.location().isEmpty() ? folder.resolve(kept.name()) : incoming.resolve(kept.location());
    }

    private Path noteOf(KeptFile kept) {
        return folder.resolve(kept.name() + NOTE_EXTENSION);
    }

    /**
     * Writes the note of a file. One that a power failure damages is discovered when it is read; waiting for the disk
     * would slow down the import of many small files.
     */
    void write(KeptFile kept) throws IOException {
        String note = String.join("\n", kept.note()) + "\n";
        AtomicFile.replace(noteOf(kept), AtomicFile.Access.READABLE, file -> Files.writeString(file, note));
    }

    /** Removes a file and its note. */
    void remove(KeptFile kept) throws IOException {
        Files.deleteIfExists(fileOf(kept));
        Files.deleteIfExists(noteOf(kept));
    }

    /** The free disk space in bytes. */
    long usableBytes() {
        return folder.toFile().getUsableSpace();
    }
}
