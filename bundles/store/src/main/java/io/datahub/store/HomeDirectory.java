package io.datahub.store;

import io.datahub.api.Home;
import io.datahub.api.file.AtomicFile;
import io.datahub.store.disk.Tree;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The home as directories on a disk, created if missing and locked against a second hub. */
final class HomeDirectory implements Home, AutoCloseable {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> WORLD_READABLE = PosixFilePermissions.fromString("rwxr-xr-x");

    /** Version of the format of {@code state/}; incremented whenever an older hub can no longer read it. */
    private static final int FORMAT = 1;

    private final Path root;
    private final FileChannel lock;

    /** @throws IOException with a message that names cause and remedy, if the home can't be used by this hub */
    HomeDirectory(Path root) throws IOException {
        this.root = root.toAbsolutePath().normalize();
        try {
            Files.createDirectories(this.root);
            createFolder(this.root.resolve(Tree.FOLDER), WORLD_READABLE);
            createFolder(incoming(), WORLD_READABLE);
            createFolder(state(), OWNER_ONLY);
            setPermissions(state(), OWNER_ONLY);
            Files.createDirectories(state().resolve("staging"));
            Files.createDirectories(state().resolve("rejected"));
            lock = FileChannel.open(state().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException(
                    "the home " + this.root + " can't be created or written (" + e
                            + "); set DATAHUB_HOME to a directory that the hub's user can write, or change its owner",
                    e);
        }
        requireLock();
        requireFormat();
    }

    /**
     * Refuses a state written by a newer hub, which this one could misread; an older state has a lower format, or
     * none.
     */
    private void requireFormat() throws IOException {
        Path file = state().resolve("format");
        String found = Files.exists(file)
                ? Files.readString(file, StandardCharsets.ISO_8859_1).strip()
                : "0";
        if (!found.matches("\\d{1,9}")) {
            lock.close();
            throw new IOException(file
                    + " is empty or damaged; it should contain the format version of the state. If no"
                    + " newer hub has run on this home, write " + FORMAT + " into it, otherwise restore a backup");
        }
        if (Integer.parseInt(found) > FORMAT) {
            lock.close();
            throw new IOException("the state in " + state() + " was written by a newer hub (format " + found
                    + ", this hub supports up to " + FORMAT
                    + "); start that version or a newer one, or restore a backup");
        }
        if (Integer.parseInt(found) < FORMAT) {
            // a truncated file would prevent the hub from starting
            AtomicFile.write(file, AtomicFile.Access.READABLE, (FORMAT + "\n").getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private void requireLock() throws IOException {
        FileLock acquired = null;
        try {
            acquired = lock.tryLock();
        } catch (OverlappingFileLockException e) {
            // Another hub in this process.
        }
        if (acquired == null) {
            lock.close();
            throw new IOException("the home " + root
                    + " is in use by another hub; stop that hub, or set DATAHUB_HOME to another directory");
        }
    }

    private static void createFolder(Path directory, Set<PosixFilePermission> permissions) throws IOException {
        if (Files.isDirectory(directory)) {
            if (!Files.isWritable(directory)) {
                throw new java.nio.file.AccessDeniedException(directory.toString());
            }
            return;
        }
        Files.createDirectory(directory);
        setPermissions(directory, permissions);
    }

    private static void setPermissions(Path directory, Set<PosixFilePermission> permissions) throws IOException {
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")
                && !Files.getPosixFilePermissions(directory).equals(permissions)) {
            Files.setPosixFilePermissions(directory, permissions);
        }
    }

    @Override
    public Path root() {
        return root;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
