package io.datahub.watcher;

import io.datahub.api.record.RecordPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Puts files from {@code incoming/} that were refused where the store keeps refused bytes for a while. */
final class RejectedArrivals {

    private static final int MAX_NAME = 60;

    private final Path folder;

    /** @param folder whose files the store removes after a while, by the time with which their names begin */
    RejectedArrivals(Path folder) {
        this.folder = folder;
    }

    /** Keeps the bytes of a file, which stays where it is too; says where. */
    Path keep(Path file, RecordPath path) throws IOException {
        Path aside = fresh(path.name());
        try {
            Files.createLink(aside, file);
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(file, aside); // of another user, or on another file system
        }
        return aside;
    }

    /** Moves a file there; says where it is. */
    Path move(Path file, String name) throws IOException {
        return Files.move(file, fresh(name));
    }

    private Path fresh(String name) throws IOException {
        Files.createDirectories(folder);
        return folder.resolve(System.currentTimeMillis() + "-incoming-" + shortened(name));
    }

    /** Leaves room for what is put before it, since a name has 255 bytes at most. */
    private static String shortened(String name) {
        int from = Math.max(0, name.length() - MAX_NAME);
        return name.substring(Character.isLowSurrogate(name.charAt(from)) ? from + 1 : from);
    }
}
