package io.datahub.api.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Replaces files atomically: a reader, and the hub after a crash, finds either the previous file or the complete new
 * one. The new content is first written to {@code .partial-NAME} in the same directory, which is deleted if that fails
 * (disk full, for example); the previous file then stays as it is. What a crash leaves of it, the next write replaces.
 * For any thread, but only one at a time for each file.
 */
public final class AtomicFile {

    /** Who may read a file besides its owner, on file systems with POSIX permissions. */
    public enum Access {
        /** Only the hub's own user: {@code 0600}. For secrets. */
        PRIVATE("rw-------"),
        /** Everyone, unless the umask forbids it: {@code 0644}. */
        READABLE("rw-r--r--");

        private final String permissions;

        Access(String permissions) {
            this.permissions = permissions;
        }
    }

    /**
     * Writes the content of a file.
     *
     * @param <X> what it throws besides {@link IOException}
     */
    @FunctionalInterface
    public interface Content<X extends Exception> {

        /**
         * Writes the content.
         *
         * @param file an empty file with its final permissions
         * @throws IOException if it can't be written; the file is then deleted
         * @throws X on any other failure; the file is then deleted
         */
        void writeTo(Path file) throws IOException, X;
    }

    private AtomicFile() {}

    /**
     * Replaces a file durably: once this returns, the new content survives a power failure.
     *
     * @param file the file, which need not exist; missing parent directories are created
     * @param access who may access the file
     * @param bytes the new content
     * @throws IOException if the content can't be written, or the disk fails
     */
    public static void write(Path file, Access access, byte[] bytes) throws IOException {
        write(file, access, partial -> Files.write(partial, bytes));
    }

    /**
     * Replaces a file durably: once this returns, the new content survives a power failure.
     *
     * @param <X> what {@code content} may throw
     * @param file the file, which need not exist; missing parent directories are created
     * @param access who may access the file
     * @param content writes the new content
     * @throws IOException if the content can't be written, or the disk fails
     * @throws X if {@code content} throws it
     */
    public static <X extends Exception> void write(Path file, Access access, Content<X> content) throws IOException, X {
        replace(file, access, partial -> {
            content.writeTo(partial);
            FileFlush.file(partial);
        });
        FileFlush.directory(directory(file));
    }

    /**
     * Replaces a file without waiting for the disk: after a power failure it may be the previous file, the new one, or
     * empty.
     *
     * @param <X> what {@code content} may throw
     * @param file the file, which need not exist; missing parent directories are created
     * @param access who may access the file
     * @param content writes the new content
     * @throws IOException if the content can't be written
     * @throws X if {@code content} throws it
     */
    public static <X extends Exception> void replace(Path file, Access access, Content<X> content)
            throws IOException, X {
        Path directory = directory(file);
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
        }
        Path partial = directory.resolve(".partial-" + file.getFileName());
        Files.deleteIfExists(partial);
        Files.createFile(partial, attributes(directory, access));
        try {
            content.writeTo(partial);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private static Path directory(Path file) {
        return file.toAbsolutePath().getParent();
    }

    private static FileAttribute<?>[] attributes(Path directory, Access access) throws IOException {
        return Files.getFileStore(directory).supportsFileAttributeView("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(access.permissions))
                }
                : new FileAttribute<?>[0];
    }
}
