package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.config.ConfigurationProblem;
import io.datahub.api.config.ConfigurationProblem.InEffect;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

class StartupProblemsTest {

    private final FakeRuntime runtime = new FakeRuntime();
    private final List<ConfigurationProblem> invalid = new ArrayList<>();

    @Test
    void shouldReportNothingIfAllComponentsAreActive() {
        runtime.add("io.datahub.a", "a.Service", ComponentConfigurationDTO.ACTIVE);

        assertThat(problems("failed")).isEmpty();
        assertThat(problems("waiting")).isEmpty();
    }

    @Test
    void shouldReportAFailedActivationWithItsRootCause() {
        runtime.add("io.datahub.a", "a.Service", ComponentConfigurationDTO.FAILED_ACTIVATION).failure =
                "x.E: outer\nCaused by: java.lang.IllegalStateException: the key is damaged\n";

        assertThat(problems("failed")).containsExactly("io.datahub.a: the key is damaged");
    }

    @Test
    void shouldReportAnInvalidFileAndNotTheComponentThatItConfigures() {
        invalid.add(new ConfigurationProblem(
                "io.datahub.a", "etc/io.datahub.a.cfg", "port", "\"x\" isn't allowed", InEffect.NOTHING));
        runtime.add("io.datahub.a", "a.Service", ComponentConfigurationDTO.FAILED_ACTIVATION).failure = "x.E: port";

        assertThat(problems("failed"))
                .containsExactly("etc/io.datahub.a.cfg: port: \"x\" isn't allowed; the file has no effect");
    }

    @Test
    void shouldReportTheComponentOfAFileOnce() {
        invalid.add(new ConfigurationProblem("io.datahub.a~x", "etc/io.datahub.a-x.cfg", "", "no", InEffect.NOTHING));
        ComponentConfigurationDTO component =
                runtime.add("io.datahub.a", "a.Service", ComponentConfigurationDTO.FAILED_ACTIVATION);
        component.failure = "x.E: no";
        component.properties.put("service.pid", "io.datahub.a~x");

        assertThat(problems("failed")).containsExactly("etc/io.datahub.a-x.cfg: no; the file has no effect");
    }

    @Test
    void shouldReportOnlyTheServiceThatNobodyProvides() {
        runtime.add("io.datahub.a", "a.Service", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "b.Service");
        runtime.add("io.datahub.b", "b.Service", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "c.Service");

        assertThat(problems("waiting")).containsExactly("io.datahub.b waits for c.Service");
        assertThat(problems("failed")).isEmpty();
    }

    @Test
    void shouldNotReportAComponentThatIsSwitchedOffByConfiguration() {
        runtime.add("io.datahub.a", "a.Service", ComponentConfigurationDTO.SATISFIED);
        ComponentConfigurationDTO off = runtime.add(
                "io.datahub.b", "b.Service", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "a.Service", "c.Service");
        off.description.references[0].target = "(ledger=*)";

        assertThat(problems("waiting")).isEmpty();
    }

    @Test
    void shouldReportFirstWhatIsNotReadyAndWhy() {
        runtime.add("io.datahub.a", "a.Service", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "c.Service");
        StartupProblems problems = new StartupProblems(runtime, () -> Health.ready(""), List::of);
        problems.addCheck(() -> Health.down("no server; check the key ledger"), Map.of(HealthCheck.NAME, "ledger"));
        problems.addCheck(() -> Health.degraded("slow"), Map.of(HealthCheck.NAME, "relay"));

        assertThat(problems.get().get("waiting"))
                .containsExactly("ledger: no server; check the key ledger", "io.datahub.a waits for c.Service");
        assertThat(problems.get().get("failed")).isEmpty();
    }

    private List<String> problems(String kind) {
        HealthCheck check = () -> invalid.isEmpty() ? Health.ready("") : Health.down("some files are invalid");
        return new StartupProblems(runtime, check, () -> invalid).get().get(kind);
    }
}
