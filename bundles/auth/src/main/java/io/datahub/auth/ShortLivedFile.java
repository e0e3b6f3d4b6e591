package io.datahub.auth;

import io.datahub.api.file.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The file of the short-lived tokens, one line each. Lines are appended, so that the cost of a token doesn't grow with
 * their number; to remove some, the file is replaced as a whole. Not thread-safe.
 */
final class ShortLivedFile {

    private final Path file;
    private boolean isAppendable; // whether it is known to end with a complete line

    ShortLivedFile(Path file) {
        this.file = file;
    }

    Path path() {
        return file;
    }

    /** The lines; the last one may be incomplete after a power failure. */
    List<String> read() throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    /** Whether lines can be appended; otherwise the file must be replaced first. */
    boolean isAppendable() {
        return isAppendable;
    }

    /** Replaces all lines, durably. */
    void replace(String lines) throws IOException {
        isAppendable = false;
        AtomicFile.write(file, AtomicFile.Access.PRIVATE, lines.getBytes(StandardCharsets.UTF_8));
        isAppendable = true;
    }

    /** Appends lines, durably. */
    void append(String lines) throws IOException {
        isAppendable = false;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        }
        isAppendable = true;
    }
}
