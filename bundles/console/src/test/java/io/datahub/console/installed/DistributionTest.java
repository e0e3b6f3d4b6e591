package io.datahub.console.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistributionTest {

    @TempDir
    private Path etc;

    @Test
    void shouldReadWhatKarafInstallsAtBoot() throws IOException {
        Files.writeString(etc.resolve("org.apache.karaf.features.cfg"), """
                featuresRepositories = \\
                    mvn:a/b/1/xml/features, \\
                    mvn:c/d/1/xml/features
                featuresBoot = (scr/4.4.10, shell), datahub-api/0.1.0
                """);
        Files.writeString(etc.resolve("startup.properties"), "mvn\\:x/y/1 = 5\n");

        Distribution distribution = Distribution.read(etc);

        assertThat(distribution.repositories())
                .containsExactlyInAnyOrder("mvn:a/b/1/xml/features", "mvn:c/d/1/xml/features");
        assertThat(distribution.features()).containsExactlyInAnyOrder("scr", "shell", "datahub-api");
        assertThat(distribution.bundles()).containsExactly("mvn:x/y/1");
    }

    @Test
    void shouldExtractTheFeatureNameFromEachNotation() {
        assertThat(Distribution.name("feature:a/[1.0,1.0]")).isEqualTo("a");
        assertThat(Distribution.name("a/1.0")).isEqualTo("a");
        assertThat(Distribution.name("a")).isEqualTo("a");
    }
}
