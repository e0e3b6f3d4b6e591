package io.datahub.store.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StoreSettingsTest {

    @Test
    void shouldTakeTheDefaultsFromTheConfiguration() {
        StoreSettings settings = TestSettings.defaults();

        assertThat(settings.source()).isEqualTo("/datahub");
        assertThat(settings.validatorWait()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.maxUploads()).isEqualTo(1_000);
        assertThat(settings.keepPartialUploads()).isEqualTo(Duration.ofDays(1));
        assertThat(settings.quotas()).isEmpty();
        assertThat(settings.temporaryNames().toString()).contains("*.part");
    }

    @Test
    void shouldLogEachKeyOfTheConfigurationButTheHome() {
        String line = TestSettings.defaults().toString();

        assertThat(Arrays.stream(StoreConfiguration.class.getDeclaredMethods())
                        .map(method -> method.getName())
                        .filter(name -> !name.equals("home") && !name.startsWith("$"))
                        .filter(name -> !(" " + line).contains(" " + name + "=")))
                .isEmpty();
    }
}
