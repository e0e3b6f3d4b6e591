package io.datahub.console.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployDirectoryTest {

    @TempDir
    Path folder;

    private long now = 1;
    private Optional<String> failureReason = Optional.of("no such package");

    @Test
    void shouldReportAFileThatIsNotInstalledAfterTheGracePeriod() throws IOException {
        DeployDirectory deploy = new DeployDirectory(folder, file -> failureReason, () -> now);
        Files.writeString(folder.resolve("a.jar"), "x");
        Files.writeString(folder.resolve(".a.jar.part"), "x");
        Files.createDirectory(folder.resolve("folder"));
        assertThat(deploy.failures()).isEmpty();
        now += TimeUnit.SECONDS.toNanos(4);
        assertThat(deploy.failures()).isEmpty();
        now += TimeUnit.SECONDS.toNanos(1);
        assertThat(deploy.failures()).isEqualTo(Map.of("a.jar", "no such package"));

        failureReason = Optional.empty();
        assertThat(deploy.failures()).isEmpty();
    }

    @Test
    void shouldRestartTheGracePeriodWhenAFileChanges() throws IOException {
        DeployDirectory deploy = new DeployDirectory(folder, file -> failureReason, () -> now);
        Files.writeString(folder.resolve("a.jar"), "x");
        deploy.failures();
        now += TimeUnit.SECONDS.toNanos(9);
        Files.writeString(folder.resolve("a.jar"), "longer");
        assertThat(deploy.failures()).isEmpty();
        now += TimeUnit.SECONDS.toNanos(5);
        assertThat(deploy.failures()).containsOnlyKeys("a.jar");
        Files.delete(folder.resolve("a.jar"));
        assertThat(deploy.failures()).isEmpty();
    }

    @Test
    void shouldReportNothingIfTheFolderDoesNotExist() throws IOException {
        assertThat(new DeployDirectory(folder.resolve("none"), file -> failureReason, () -> now).failures())
                .isEmpty();
    }
}
