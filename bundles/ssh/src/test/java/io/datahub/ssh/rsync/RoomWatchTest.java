package io.datahub.ssh.rsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RoomWatchTest {

    @TempDir
    Path folder;

    @AfterEach
    void delete() throws IOException {
        new Deletion(folder).run(child -> false);
    }

    /** Watches a program that would never end. */
    private String problem(BooleanSupplier isDiskFull) throws Exception {
        ProgramRun run = new ProgramRun();
        try (RoomWatch watch = new RoomWatch(folder, 10, isDiskFull, run, "test")) {
            Streams streams = new Streams(
                    new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream(), new ByteArrayOutputStream());
            try {
                assertThat(run.run(List.of("/bin/sleep", "100000"), "test", streams))
                        .isNotZero();
            } catch (IOException e) {
                assertThat(run.isKilled())
                        .as("ended by the watch before it was started")
                        .isTrue();
            }
            return watch.problem().orElseThrow();
        }
    }

    @Test
    void shouldEndWhatReceivesMoreThanThereIsRoomFor() throws Exception {
        Files.writeString(Files.createDirectory(folder.resolve("d")).resolve("1"), "123456");
        Files.writeString(folder.resolve("2"), "12345");
        assertThat(problem(() -> false)).contains("more than the 10 bytes");
    }

    @Test
    void shouldEndWhatItCannotSee() throws Exception {
        DeepFolder.create(folder.resolve("deep"));
        assertThat(problem(() -> false)).contains("a path is too long");
    }

    @Test
    void shouldSeeTheRestOfWhatItCannotSee() throws Exception {
        DeepFolder.create(folder.resolve("deep"));
        Files.writeString(folder.resolve("z"), "12345678901");
        assertThat(problem(() -> false)).contains("more than the 10 bytes");
    }

    @Test
    void shouldEndWhenOthersHaveFilledTheDisk() throws Exception {
        assertThat(problem(() -> true)).contains("disk is full");
    }
}
