package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.config.ConfigurationProblem;
import io.datahub.api.config.ConfigurationProblem.InEffect;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.dto.BundleDTO;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;
import org.osgi.util.promise.Promise;

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

    private List<String> problems(String kind) {
        HealthCheck check = () -> invalid.isEmpty() ? Health.ready("") : Health.down("some files are invalid");
        return new StartupProblems(runtime, check, () -> invalid).get().get(kind);
    }

    /** Components as Declarative Services would describe them. */
    private static final class FakeRuntime implements ServiceComponentRuntime {

        private final List<ComponentDescriptionDTO> descriptions = new ArrayList<>();
        private final List<ComponentConfigurationDTO> components = new ArrayList<>();

        ComponentConfigurationDTO add(String name, String service, int state, String... missing) {
            ComponentDescriptionDTO description = new ComponentDescriptionDTO();
            description.name = name;
            description.bundle = new BundleDTO();
            description.bundle.symbolicName = "datahub-" + name;
            description.configurationPid = new String[] {name};
            description.serviceInterfaces = new String[] {service};
            description.references = new ReferenceDTO[missing.length];
            ComponentConfigurationDTO component = new ComponentConfigurationDTO();
            component.description = description;
            component.state = state;
            component.unsatisfiedReferences = new UnsatisfiedReferenceDTO[missing.length];
            for (int i = 0; i < missing.length; i++) {
                description.references[i] = new ReferenceDTO();
                description.references[i].name = "$00" + i;
                description.references[i].interfaceName = missing[i];
                component.unsatisfiedReferences[i] = new UnsatisfiedReferenceDTO();
                component.unsatisfiedReferences[i].name = "$00" + i;
            }
            descriptions.add(description);
            components.add(component);
            return component;
        }

        @Override
        public Collection<ComponentDescriptionDTO> getComponentDescriptionDTOs(Bundle... bundles) {
            return descriptions;
        }

        @Override
        public Collection<ComponentConfigurationDTO> getComponentConfigurationDTOs(
                ComponentDescriptionDTO description) {
            return components.stream()
                    .filter(component -> component.description == description)
                    .toList();
        }

        @Override
        public ComponentDescriptionDTO getComponentDescriptionDTO(Bundle bundle, String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isComponentEnabled(ComponentDescriptionDTO description) {
            return true;
        }

        @Override
        public Promise<Void> enableComponent(ComponentDescriptionDTO description) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Promise<Void> disableComponent(ComponentDescriptionDTO description) {
            throw new UnsupportedOperationException();
        }
    }
}
