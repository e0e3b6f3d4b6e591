package io.datahub.cli.core;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Files for the user alone (0600 in directories of 0700), where the XDG base directory specification wants them; replaced as a
 * whole, so that a command that is killed leaves the old or the new content.
 */
public final class PrivateFiles {

    private static final int NAME_LENGTH = 32;

    private PrivateFiles() {}

    /** Where contexts are: {@code $XDG_CONFIG_HOME/datahub}. */
    public static Path config() {
        return base("XDG_CONFIG_HOME", ".config");
    }

    /** Where commands remember how far they got: {@code $XDG_STATE_HOME/datahub}. */
    public static Path state() {
        return base("XDG_STATE_HOME", ".local/state");
    }

    private static Path base(String variable, String otherwise) {
        String directory = System.getenv(variable);
        Path base = directory != null && directory.startsWith("/")
                ? Path.of(directory)
                : Path.of(System.getProperty("user.home")).resolve(otherwise);
        return base.resolve("datahub");
    }

    /** A file name for what is identified by these words together. */
    public static String name(String... words) {
        return hex(sha256(String.join("\0", words).getBytes(StandardCharsets.UTF_8)))
                .substring(0, NAME_LENGTH);
    }

    /** Bytes in hexadecimal. */
    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] sha256(byte[] bytes) {
        return newSha256().digest(bytes);
    }

    /** A new SHA-256. */
    public static MessageDigest newSha256() {
        return new Sha256();
    }

    /** The object in the file; empty if there is none, or it is damaged. */
    public static Optional<Map<String, Object>> readObject(Path file) {
        try {
            return Files.exists(file) ? Optional.of(Json.object(Files.readString(file))) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * The object in a file whose loss would go unnoticed; empty if there is none.
     *
     * @throws Failure if it is damaged or can't be read
     */
    public static Optional<Map<String, Object>> readState(Path file) {
        Optional<Map<String, Object>> object = readObject(file);
        if (object.isEmpty() && Files.exists(file)) {
            throw new Failure(
                    Failure.FAILED,
                    file + " is damaged or can't be read: make it readable, or delete it to begin as in a first run");
        }
        return object;
    }

    /** Replaces the file. */
    public static void write(Path file, String text) {
        Path temporary = file.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            makeDirectories(file.getParent());
            Files.deleteIfExists(temporary);
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    attributes("rw-------"))) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(false);
            }
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new Failure(Failure.FAILED, file + " can't be written (" + e + "): make its directory writable");
        }
    }

    /** Opens a file for locks on it; makes it if it doesn't exist. */
    public static FileChannel openForLocks(Path file) throws IOException {
        makeDirectories(file.getParent());
        return FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), attributes("rw-------"));
    }

    private static void makeDirectories(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            if (directory.getParent() != null) {
                makeDirectories(directory.getParent());
            }
            try {
                Files.createDirectory(directory, attributes("rwx------"));
            } catch (FileAlreadyExistsException e) {
                if (!Files.isDirectory(directory)) {
                    throw e;
                }
            }
        }
    }

    private static FileAttribute<?>[] attributes(String permissions) {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
