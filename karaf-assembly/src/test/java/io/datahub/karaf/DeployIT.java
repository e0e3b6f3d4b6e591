package io.datahub.karaf;

import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @Test
    void shouldInstallAndUninstallWhatIsAddedToAndRemovedFromDeploy() throws Exception {
        Path jar = GuestBundle.create(folder);
        Path features = Files.writeString(folder.resolve("guest-features.xml"), """
                <features xmlns="http://karaf.apache.org/xmlns/features/v1.6.0" name="guest-features">
                  <feature name="guest-feature" version="1.0.0" install="auto">
                    <feature>datahub-api</feature>
                  </feature>
                </features>
                """);
        try (Hub hub = Hub.started()) {
            Path deploy = hub.home().resolve("deploy");
            Files.move(jar, deploy.resolve("guest.jar"), StandardCopyOption.REPLACE_EXISTING);
            Files.move(features, deploy.resolve("guest-features.xml"), StandardCopyOption.REPLACE_EXISTING);
            await("deployed")
                    .atMost(TIMEOUT)
                    .until(() -> bundles(hub).contains("guest") && features(hub).contains("guest-f"));

            Files.delete(deploy.resolve("guest.jar"));
            Files.delete(deploy.resolve("guest-features.xml"));
            await("gone")
                    .atMost(TIMEOUT)
                    .until(() ->
                            !bundles(hub).contains("guest") && !features(hub).contains("guest-f"));
        }
    }

    private static String bundles(Hub hub) throws Exception {
        return hub.console("bundle:list -s -t 0");
    }

    private static String features(Hub hub) throws Exception {
        return hub.console("feature:list -i -s");
    }
}
