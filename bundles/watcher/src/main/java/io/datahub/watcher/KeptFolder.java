package io.datahub.watcher;

import io.datahub.api.record.RecordPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

/** Where files lie that were taken out of {@code incoming/}, each with a note that says what it is. For one thread at a time. */
final class KeptFolder {

    /** How names begin that the hub itself gives in {@code incoming/}, where a file can't be moved out of its file system. */
    static final String BESIDE = ".datahub-taken-";

    private static final Logger LOG = LoggerFactory.getLogger(KeptFolder.class);
    private static final String NOTE = ".note";

    private final Path folder;
    private final Path incoming;
    private long last;

    KeptFolder(Path folder, Path incoming) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.incoming = incoming;
    }

    /** The files that are here; one whose note can't be read is set aside. */
    List<KeptFile> load(RejectedArrivals rejected) throws IOException {
        List<KeptFile> files = new ArrayList<>();
        try (DirectoryStream<Path> notes = Files.newDirectoryStream(folder, "*" + NOTE)) {
            for (Path note : notes) {
                load(note, rejected).ifPresent(files::add);
            }
        }
        return files;
    }

    private Optional<KeptFile> load(Path note, RejectedArrivals rejected) throws IOException {
        String text = note.getFileName().toString();
        String name = text.substring(0, text.length() - NOTE.length());
        try {
            KeptFile file = KeptFile.parse(name, Files.readAllLines(note));
            if (Files.exists(at(file))) {
                return Optional.of(file);
            }
        } catch (IllegalArgumentException e) {
            Path data = folder.resolve(name);
            if (Files.exists(data)) {
                Path aside = rejected.move(data, name);
                LOG.warn("incoming=note-damaged kept=\"{}\" cause=\"{}\"", aside, e.getMessage());
            }
        }
        Files.delete(note);
        return Optional.empty();
    }

    /**
     * Moves a file here and notes what it is; empty if it isn't there any more. Where it is on another file system, it gets
     * another name in its directory.
     */
    Optional<KeptFile> take(RecordPath path, Path file, Stamp read, String sha256) throws IOException {
        last = Math.max(last + 1, System.currentTimeMillis());
        String name = Long.toString(last);
        KeptFile kept = new KeptFile(name, path, "", read, sha256, Instant.now());
        write(kept);
        try {
            try {
                Files.move(file, at(kept), StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Path beside = file.resolveSibling(BESIDE + name);
                kept = new KeptFile(name, path, incoming.relativize(beside).toString(), read, sha256, kept.at());
                write(kept);
                Files.move(file, beside, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (NoSuchFileException e) {
            Files.delete(note(kept)); // whoever put it there has removed it
            return Optional.empty();
        } catch (IOException e) {
            Files.delete(note(kept));
            throw e;
        }
        return Optional.of(kept);
    }

    /** Where a file lies. */
    Path at(KeptFile kept) {
        return kept.place().isEmpty() ? folder.resolve(kept.name()) : incoming.resolve(kept.place());
    }

    private Path note(KeptFile kept) {
        return folder.resolve(kept.name() + NOTE);
    }

    /** Writes down what is known of a file. */
    void write(KeptFile kept) throws IOException {
        Path fresh = folder.resolve(kept.name() + ".new");
        Files.writeString(fresh, String.join("\n", kept.note()) + "\n", StandardCharsets.UTF_8);
        Files.move(fresh, note(kept), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Removes a file and its note. */
    void remove(KeptFile kept) throws IOException {
        Files.deleteIfExists(at(kept));
        Files.deleteIfExists(note(kept));
    }

    /** How much room is left on the disk, in bytes. */
    long usableBytes() {
        return folder.toFile().getUsableSpace();
    }
}
