package io.datahub.watcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;

/**
 * The top of a tree, which can go away under the hub: unmounted, renamed, replaced. What lies at its path then isn't what
 * the hub knows, and must not be taken for it. For any thread.
 */
final class Root {

    private final Path path;
    private final Optional<Object> device;

    /** The root as it is now. */
    Root(Path path) throws IOException {
        this.path = path;
        device = device(path);
    }

    Path path() {
        return path;
    }

    /** Why it isn't there; empty if it is. */
    Optional<String> absence() {
        try {
            if (!Files.readAttributes(path, BasicFileAttributes.class).isDirectory()) {
                return Optional.of(path + " is no directory; bring it back");
            }
            return Objects.equals(device(path), device)
                    ? Optional.empty()
                    : Optional.of(path + " is on another file system than when the hub started; mount the right one, or"
                            + " restart the hub to go on with this one");
        } catch (IOException e) {
            return Optional.of(path + " is gone; bring it back, or make an empty one: " + e);
        }
    }

    /** Tells this directory from another one that is put in its place. */
    Optional<Object> identity() {
        try {
            return Optional.ofNullable(
                    Files.readAttributes(path, BasicFileAttributes.class).fileKey());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Object> device(Path path) throws IOException {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix")
                ? Optional.of(Files.getAttribute(path, "unix:dev"))
                : Optional.empty();
    }
}
