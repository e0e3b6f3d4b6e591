package io.datahub.watcher;

import io.datahub.api.file.RejectedFileName;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Stores refused files from {@code incoming/} in the directory where the store keeps rejected content for a limited
 * time.
 */
final class RefusedFiles {

    private final Path folder;

    /**
     * @param folder the directory; the store deletes its files after a while, by the timestamp at the start of their
     *     names
     */
    RefusedFiles(Path folder) {
        this.folder = folder;
    }

    /** Keeps a copy of a file, which also stays in its place, and returns the path of the copy. */
    Path keep(Path file, RecordPath path) throws IOException {
        Path copy = newPath(path.name());
        try {
            Files.createLink(copy, file);
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(file, copy); // owned by another user, or on another file system
        }
        return copy;
    }

    /** Moves a file to the rejected files and returns its new path. */
    Path move(Path file, String name) throws IOException {
        return Files.move(file, newPath(name));
    }

    private Path newPath(String name) throws IOException {
        Files.createDirectories(folder);
        return folder.resolve(RejectedFileName.of(Instant.now(), "incoming", name));
    }
}
