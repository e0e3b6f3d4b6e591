package io.datahub.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeLineOutputStreamTest {

    @TempDir
    private Path folder;

    private Path log;

    @BeforeEach
    void nameTheFile() {
        log = folder.resolve("a.log");
    }

    @Test
    void shouldRemoveThePartOfALineThatWasWrittenBeforeTheDiskWasFull() throws IOException {
        try (FullDisk disk = new FullDisk(log);
                OutputStream stream = WholeLineOutputStream.of(disk)) {
            write(stream, "first\n");
            disk.full = true;
            assertThatThrownBy(() -> write(stream, "second line\n")).hasMessageContaining("No space left");
            assertThat(log).hasContent("first\n");

            disk.full = false;
            write(stream, "third\n");
        }

        assertThat(log).hasContent("first\nthird\n");
    }

    @Test
    void shouldRemoveALineOfSeveralWritesOfWhichTheLastFailed() throws IOException {
        try (FullDisk disk = new FullDisk(log);
                OutputStream stream = WholeLineOutputStream.of(disk)) {
            write(stream, "first\n");
            write(stream, "second ");
            disk.full = true;
            assertThatThrownBy(() -> write(stream, "line\n")).isInstanceOf(IOException.class);
        }

        assertThat(log).hasContent("first\n");
    }

    @Test
    void shouldAppendToCompleteLines() throws IOException {
        Files.writeString(log, "first\n");

        try (OutputStream stream = WholeLineOutputStream.open(log)) {
            write(stream, "second\n");
        }

        assertThat(log).hasContent("first\nsecond\n");
    }

    @Test
    void shouldEndALineThatACrashLeft() throws IOException {
        Files.writeString(log, "first\nsec");

        try (OutputStream stream = WholeLineOutputStream.open(log)) {
            write(stream, "third\n");
        }

        assertThat(log).hasContent("first\nsec\nthird\n");
    }

    private static void write(OutputStream stream, String text) throws IOException {
        stream.write(text.getBytes(UTF_8));
    }

    /** Takes half of each write while it is full, as a disk does. */
    private static final class FullDisk extends FileOutputStream {

        private boolean full;

        FullDisk(Path file) throws IOException {
            super(file.toFile(), true);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (full) {
                super.write(bytes, offset, length / 2);
                throw new IOException("No space left on device");
            }
            super.write(bytes, offset, length);
        }
    }
}
