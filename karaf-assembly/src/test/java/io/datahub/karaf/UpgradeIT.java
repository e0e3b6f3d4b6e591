package io.datahub.karaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The operator's changes and additions are kept after an upgrade of the distribution; unmodified files are upgraded.
 */
class UpgradeIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @Test
    void shouldKeepModifiedConfigurationAndUpdateTheRest() throws Exception {
        try (Hub hub = Hub.started()) {
            Path modified = hub.home().resolve("etc/io.datahub.store.cfg");
            Path unmodified = hub.home().resolve("etc/org.apache.karaf.shell.cfg");
            Path removed = hub.home().resolve("etc/old-default.cfg");
            hub.stop();
            Files.writeString(modified, "\n# by the operator\n", StandardOpenOption.APPEND);
            pretendToHaveShipped(hub, unmodified, "an older default\n");
            pretendToHaveShipped(hub, removed, "a default of old\n");
            pretendAnotherBuild(hub);

            hub.start();

            assertThat(modified).content().contains("# by the operator");
            assertThat(unmodified).content().contains("sshPort");
            assertThat(removed).doesNotExist();
        }
    }

    @Test
    void shouldRestoreBundlesAndFeaturesInstalledAtRunTime() throws Exception {
        Path jar = GuestBundle.create(folder);
        Path repository = featureWithoutBundles("visitor");
        try (Hub hub = Hub.started()) {
            hub.console("bundle:install -s file:" + jar);
            hub.console("feature:repo-add file:" + repository);
            hub.console("feature:install visitor");
            hub.console("feature:uninstall datahub-websocket");
            Path record = hub.home().resolve("etc/installed/installed.txt");
            await("recorded")
                    .atMost(TIMEOUT)
                    .until(() -> Files.exists(record)
                            && Files.readString(record).contains("guest")
                            && Files.readString(record).contains("feature:visitor")
                            && Files.readString(record).contains("without datahub-websocket"));
            hub.stop();
            Files.delete(jar);
            pretendAnotherBuild(hub);

            hub.start();

            await("restored\n" + hub.log()).atMost(TIMEOUT).until(() -> {
                String features = hub.console("feature:list -i -s");
                return hub.console("bundle:list -s -t 0").contains("guest")
                        && features.contains("visitor")
                        && !features.contains("datahub-websocket");
            });
        }
    }

    private Path featureWithoutBundles(String name) throws IOException {
        return Files.writeString(folder.resolve(name + "-features.xml"), """
                <features name="%1$s" xmlns="http://karaf.apache.org/xmlns/features/v1.6.0">
                  <feature name="%1$s" version="1.0.0"/>
                </features>
                """.formatted(name));
    }

    private static void pretendAnotherBuild(Hub hub) throws IOException {
        Files.writeString(hub.home().resolve("cache/distribution.id"), "another");
    }

    private static void pretendToHaveShipped(Hub hub, Path file, String text) throws Exception {
        Files.writeString(file, text);
        Path manifest = hub.home().resolve("etc/.shipped");
        String name = file.getFileName().toString();
        String others = Files.readString(manifest)
                .lines()
                .filter(line -> !line.endsWith("  " + name))
                .reduce("", (all, line) -> all + line + "\n");
        Files.writeString(manifest, others + Sha256.of(text) + "  " + name + "\n");
    }
}
