package io.datahub.ssh.rsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionFolderTest {

    @TempDir
    Path folder;

    @Test
    void shouldDeleteWhatIsTooDeepForItsPath() throws IOException {
        Path all = folder.resolve("rsync");
        SessionFolder transfer = SessionFolder.create(all);
        DeepFolder.create(transfer.received().resolve("deep"));
        Files.writeString(transfer.received().resolve("other"), "1");
        transfer.close();
        assertThat(all).isEmptyDirectory();
    }

    @Test
    void shouldDeleteWhatEarlierRunsHaveLeftAndNotThatOfRunningTransfers() throws IOException {
        Path all = Files.createDirectories(folder.resolve("rsync"));
        DeepFolder.create(all.resolve("1"));
        Files.writeString(Files.createDirectories(all.resolve("2/hub")).resolve("file"), "1");
        try (SessionFolder running = SessionFolder.create(all)) {
            SessionFolder.deleteAll(all);
            assertThat(running.received()).exists();
            assertThat(all.resolve("1")).doesNotExist();
            assertThat(all.resolve("2")).doesNotExist();
        }
        SessionFolder.deleteAll(all);
        assertThat(all).doesNotExist();
    }

    @Test
    void shouldDeleteWhatIsInMemory() throws IOException {
        Path all = folder.resolve("rsync");
        Optional<Path> inMemory;
        try (SessionFolder transfer = SessionFolder.create(all)) {
            inMemory = transfer.makeInMemory();
            assumeThat(inMemory).as("the machine has a file system in memory").isPresent();
            Files.createSymbolicLink(inMemory.get().resolve("link"), Path.of("/records/a"));
        }
        assertThat(inMemory.get()).doesNotExist();

        String killed = UUID.randomUUID() + "-1";
        Files.createDirectories(all.resolve(killed));
        Path left = Files.createDirectory(inMemory.get().resolveSibling("datahub-rsync-" + killed));
        SessionFolder.deleteAll(all);
        assertThat(left).doesNotExist();
    }
}
