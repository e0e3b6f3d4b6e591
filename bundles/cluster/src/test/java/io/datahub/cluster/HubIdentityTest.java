package io.datahub.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.test.Configurations;
import org.junit.jupiter.api.Test;

class HubIdentityTest {

    private static HubIdentity named(String hub) throws Exception {
        return HubIdentity.of(Configurations.of(ClusterConfiguration.class, "hub", hub));
    }

    @Test
    void shouldTakeOnlyNamesThatTheRelayTakes() throws Exception {
        assertThat(named(" hub-1 ").name()).isEqualTo("hub-1");
        assertThatThrownBy(() -> named("hub 1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("io.datahub.cluster.cfg");
    }
}
