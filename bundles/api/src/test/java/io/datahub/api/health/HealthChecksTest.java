package io.datahub.api.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HealthChecksTest {

    private final List<String> failures = new ArrayList<>();
    private final HealthChecks checks =
            new HealthChecks((component, failure) -> failures.add(component + ": " + failure.getMessage()));

    private void add(String name, HealthCheck check) {
        checks.add(check, Map.of(HealthCheck.NAME, name));
    }

    @Test
    void shouldRunEachCheckByName() {
        add("store", () -> Health.ready("7 records"));
        add("auth", () -> Health.down("no users"));

        assertThat(checks.run())
                .containsExactly(
                        Map.entry("auth", Health.down("no users")), Map.entry("store", Health.ready("7 records")));
    }

    @Test
    void shouldCountAFailedCheckAsDown() {
        add("store", () -> {
            throw new IllegalStateException("closed");
        });

        Health health = checks.run().get("store");

        assertThat(health.ready()).isFalse();
        assertThat(health.detail()).contains("closed");
        assertThat(failures).containsExactly("store: closed");
    }

    @Test
    void shouldForgetARemovedCheck() {
        HealthCheck check = () -> Health.ready("");
        add("store", check);

        checks.remove(check);

        assertThat(checks.run()).isEmpty();
    }

    @Test
    void shouldReportTheWorstOfChecksWithTheSameName() {
        Health ready = Health.ready("");
        Health degraded = Health.degraded("");
        Health down = Health.down("");
        for (List<Health> pair : List.of(List.of(ready, degraded), List.of(degraded, ready))) {
            assertThat(worst(pair)).isEqualTo(degraded);
        }
        for (List<Health> pair :
                List.of(List.of(ready, down), List.of(down, ready), List.of(degraded, down), List.of(down, degraded))) {
            assertThat(worst(pair)).isEqualTo(down);
        }
    }

    private static Health worst(List<Health> pair) {
        HealthChecks both = new HealthChecks();
        pair.forEach(health -> both.add(() -> health, Map.of(HealthCheck.NAME, "store")));
        return both.run().get("store");
    }
}
