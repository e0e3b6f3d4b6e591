package io.datahub.store;

import io.datahub.api.Home;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The home as folders on a disk, made where they are missing and locked against a second hub. */
final class HomeFolder implements Home, AutoCloseable {

    private static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> SHOWN = PosixFilePermissions.fromString("rwxr-xr-x");

    /** Grows by one whenever an older hub could no longer read what this one leaves in {@code state/}. */
    private static final int FORMAT = 1;

    private final Path root;
    private final FileChannel lock;

    /** @throws IOException with a message that names cause and cure, if the home can't be this hub's */
    HomeFolder(Path root) throws IOException {
        this.root = root.toAbsolutePath().normalize();
        try {
            Files.createDirectories(this.root);
            make(files(), SHOWN);
            make(incoming(), SHOWN);
            make(state(), OWN);
            allow(state(), OWN);
            Files.createDirectories(state().resolve("staging"));
            Files.createDirectories(state().resolve("rejected"));
            lock = FileChannel.open(state().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException(
                    "the home " + this.root + " can't be made or written (" + e
                            + "); let DATAHUB_HOME name a folder that the hub's user may write, or change its owner",
                    e);
        }
        requireLock();
        requireFormat();
    }

    /** A newer hub may have left what this one would misread; an older one's state has no format, or a lower one. */
    private void requireFormat() throws IOException {
        Path file = state().resolve("format");
        String found = Files.exists(file)
                ? Files.readString(file, StandardCharsets.ISO_8859_1).strip()
                : "0";
        if (!found.matches("\\d{1,9}")) {
            lock.close();
            throw new IOException(file + " is empty or damaged; it should hold the number of the state's format. If no"
                    + " newer hub than this one has run on this home, write " + FORMAT
                    + " into it, else restore a backup");
        }
        if (Integer.parseInt(found) > FORMAT) {
            lock.close();
            throw new IOException("the state in " + state() + " was written by a newer hub (format " + found
                    + ", this one knows up to " + FORMAT + "); start that version or a newer one, or restore a backup");
        }
        if (Integer.parseInt(found) < FORMAT) {
            Path fresh =
                    file.resolveSibling("format.fresh"); // a file that is cut short would keep the hub from starting
            Files.writeString(fresh, FORMAT + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private void requireLock() throws IOException {
        FileLock held = null;
        try {
            held = lock.tryLock();
        } catch (OverlappingFileLockException e) {
            // Another hub in this process.
        }
        if (held == null) {
            lock.close();
            throw new IOException("the home " + root
                    + " is in use by another hub; stop that one, or let DATAHUB_HOME name another folder");
        }
    }

    private static void make(Path folder, Set<PosixFilePermission> permissions) throws IOException {
        if (Files.isDirectory(folder)) {
            if (!Files.isWritable(folder)) {
                throw new java.nio.file.AccessDeniedException(folder.toString());
            }
            return;
        }
        Files.createDirectory(folder);
        allow(folder, permissions);
    }

    private static void allow(Path folder, Set<PosixFilePermission> permissions) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")
                && !Files.getPosixFilePermissions(folder).equals(permissions)) {
            Files.setPosixFilePermissions(folder, permissions);
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
