package io.datahub.console.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeploymentHoldTest {

    private long now = Long.MAX_VALUE - 5; // overflows, as a clock of nanoseconds may
    private final DeploymentHold hold = new DeploymentHold(() -> now);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void shouldHoldWhileFeaturesAreDeployed() {
        assertThat(hold.isActive()).isFalse();
        hold.begin();
        pass(Duration.ofSeconds(59));
        assertThat(hold.isActive()).isTrue();
        hold.end();
        assertThat(hold.isActive()).isFalse();
        assertThat(hold.count()).isEqualTo(1);
    }

    @Test
    void shouldNotHoldForEverIfADeploymentFails() {
        hold.begin();
        pass(Duration.ofSeconds(60));
        assertThat(hold.isActive()).isFalse();
        hold.begin();
        assertThat(hold.isActive()).isTrue();
    }
}
