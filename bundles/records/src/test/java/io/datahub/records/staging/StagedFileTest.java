package io.datahub.records.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagedFileTest {

    @TempDir
    private Path folder;

    private Path path;
    private StagedFile file;

    @BeforeEach
    void writeUntilAnInterrupt() throws Exception {
        path = folder.resolve("f");
        file = new StagedFile(path, List.of());
        file.append(bytes("hello"));
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> file.write(0, bytes("J"))).isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldHashAndCommitWhatAnInterruptedWriteLeft() throws Exception {
        Files.writeString(path, "Jello, more", StandardOpenOption.WRITE);

        file.finish();

        assertThat(path).hasContent("Jello");
        assertThat(file.sha256()).isEqualTo(StagedFile.hashOf(path));
        file.close();
    }

    @Test
    void shouldFlushAfterAnInterruptClosedTheFile() throws Exception {
        Files.delete(path);

        assertThatThrownBy(file::flush).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void shouldSyncAgainWhenItsTimeWasSet(@TempDir Path empty) throws IOException {
        Path path = empty.resolve("timed");
        try (StagedFile staged = new StagedFile(path, List.of())) {
            staged.flush();
            Files.delete(path);
            assertThatCode(staged::sync).doesNotThrowAnyException();
            Files.createFile(path);
            staged.setModified(Instant.parse("2020-01-02T03:04:05Z"));
            Files.delete(path);
            assertThatThrownBy(staged::sync).isInstanceOf(NoSuchFileException.class);
        }
    }
}
