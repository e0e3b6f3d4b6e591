package io.datahub.api.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.file.AtomicFile.Access;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void setUp() {
        file = folder.resolve("state.txt");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return String.join(
                    " ",
                    files.map(each -> each.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void shouldCreateAndReplaceAFile() throws IOException {
        AtomicFile.write(file, Access.READABLE, bytes("a longer text"));
        AtomicFile.write(file, Access.READABLE, bytes("new"));

        assertThat(file).hasContent("new");
        assertThat(names()).isEqualTo("state.txt");
    }

    @Test
    void shouldReplaceAFileWithoutFlushing() throws IOException {
        AtomicFile.replace(file, Access.READABLE, partial -> Files.writeString(partial, "new"));

        assertThat(file).hasContent("new");
        assertThat(names()).isEqualTo("state.txt");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void shouldLetOnlyTheOwnerReadAPrivateFile() throws IOException {
        Files.writeString(file, "readable by everyone");

        AtomicFile.write(file, Access.PRIVATE, partial -> {
            assertThat(permissions(partial)).isEqualTo("rw-------");
            Files.writeString(partial, "secret");
        });

        assertThat(permissions(file)).isEqualTo("rw-------");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void shouldCreateMissingDirectories() throws IOException {
        Path nested = folder.resolve("a/b/state.txt");

        AtomicFile.write(nested, Access.PRIVATE, bytes("x"));

        assertThat(nested).hasContent("x");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void shouldWriteIntoALinkedDirectory() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Files.createDirectory(folder.resolve("target")));

        AtomicFile.write(link.resolve("state.txt"), Access.PRIVATE, bytes("x"));

        assertThat(folder.resolve("target/state.txt")).hasContent("x");
    }

    @Test
    void shouldFailBelowAFile() throws IOException {
        Files.writeString(file, "a file");

        assertThatThrownBy(() -> AtomicFile.write(file.resolve("x"), Access.PRIVATE, bytes("x")))
                .isInstanceOf(FileSystemException.class);
        assertThat(file).hasContent("a file");
    }

    @Test
    void shouldKeepThePreviousFileIfTheDiskIsFull() throws IOException {
        Files.writeString(file, "previous");

        assertThatThrownBy(() -> AtomicFile.write(file, Access.READABLE, partial -> {
                    Files.writeString(partial, "half of i");
                    throw new IOException("No space left on device");
                }))
                .hasMessage("No space left on device");

        assertThat(file).hasContent("previous");
        assertThat(names()).isEqualTo("state.txt");
    }

    @Test
    void shouldPassOnWhatTheContentThrows() throws IOException {
        assertThatThrownBy(() -> AtomicFile.<InterruptedException>write(file, Access.READABLE, partial -> {
                    throw new InterruptedException("stopped");
                }))
                .isInstanceOf(InterruptedException.class);

        assertThat(names()).isEmpty();
    }

    @Test
    void shouldReplaceWhatACrashHasLeft() throws IOException {
        Files.writeString(folder.resolve(".partial-state.txt"), "half of it, and much longer than the new content");

        AtomicFile.write(file, Access.READABLE, bytes("new"));

        assertThat(file).hasContent("new");
        assertThat(names()).isEqualTo("state.txt");
    }
}
