package io.datahub.api.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** Waits until what was written is on the disk (fsync), so that it survives a power failure. For any thread. */
public final class FileFlush {

    private static final boolean WINDOWS =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

    private FileFlush() {}

    /**
     * Flushes the content of a file.
     *
     * @param file an existing file that may be written
     * @throws IOException if the disk fails, or the file can't be opened
     */
    public static void file(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /**
     * Flushes a directory: the names that were added to it, or removed. A no-op on Windows.
     *
     * @param directory an existing directory that may be read
     * @throws IOException if the disk fails, or the directory can't be opened
     */
    public static void directory(Path directory) throws IOException {
        if (WINDOWS) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
