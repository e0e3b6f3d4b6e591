package io.datahub.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HomeServiceTest {

    @Test
    void shouldPreferTheConfiguredFolderThenTheEnvironmentThenKarafsBase() {
        assertThat(HomeService.path(" /c ", "/e", "/k")).hasToString("/c");
        assertThat(HomeService.path("", "/e", "/k")).hasToString("/e");
        assertThat(HomeService.path(" ", " ", "/k")).hasToString("/k/datahub");
        assertThat(HomeService.path("", null, "/k")).hasToString("/k/datahub");
        assertThatThrownBy(() -> HomeService.path("", null, null)).hasMessageContaining("DATAHUB_HOME");
    }
}
