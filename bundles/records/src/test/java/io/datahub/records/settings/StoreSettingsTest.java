package io.datahub.records.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.test.Configurations;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoreSettingsTest {

    @Test
    void shouldTakeTheDefaultsFromTheConfiguration() {
        StoreSettings settings = StoreSettings.of(Configurations.of(StoreConfiguration.class));

        assertThat(settings.source()).isEqualTo("/datahub");
        assertThat(settings.validatorWait()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.maxUploads()).isEqualTo(1_000);
        assertThat(settings.keepLastingDrafts()).isEqualTo(Duration.ofDays(1));
        assertThat(settings.quotas()).isEmpty();
        assertThat(settings.temporaryNames().toString()).contains("*.part");
    }

    @Test
    void shouldNameTheKeyOfAnInvalidPublicUrlWithoutItsCredentials() {
        StoreConfiguration configuration =
                Configurations.of(StoreConfiguration.class, Map.of("publicUrl", "https://ops:secret@hub.example"));

        assertThatThrownBy(() -> StoreSettings.of(configuration))
                .hasMessageStartingWith("publicUrl is invalid")
                .hasMessageNotContaining("secret");
    }

    @Test
    void shouldLogEachKeyOfTheConfigurationButTheHome() {
        String line =
                StoreSettings.of(Configurations.of(StoreConfiguration.class)).toString();

        assertThat(Arrays.stream(StoreConfiguration.class.getDeclaredMethods())
                        .map(method -> method.getName())
                        .filter(name -> !name.equals("home") && !name.startsWith("$"))
                        .filter(name -> !(" " + line).contains(" " + name + "=")))
                .isEmpty();
    }
}
