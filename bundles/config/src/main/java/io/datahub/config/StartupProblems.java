package io.datahub.config;

import io.datahub.api.config.ConfigurationProblem;
import io.datahub.api.config.ConfigurationProblem.InEffect;
import io.datahub.api.config.ConfigurationProblems;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.health.HealthChecks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/**
 * What prevents the hub from becoming ready, for the launcher: it runs in the same virtual machine, but shares only the
 * classes of the JDK with bundles.
 *
 * <p>The lines under the key {@code failed} are errors that an operator must correct: invalid configuration files, and
 * components whose activation failed. Those under {@code waiting} are what health checks report that aren't ready, and
 * components of the hub that wait for services which no component provides. For any thread.
 */
@Component(service = Supplier.class, property = "datahub.startup=problems")
public final class StartupProblems implements Supplier<Map<String, List<String>>> {

    private static final String FAILED = "failed";
    private static final String WAITING = "waiting";
    private static final String HUB_BUNDLES = "datahub-";
    private static final int FAILED_ACTIVATION = ComponentConfigurationDTO.FAILED_ACTIVATION;
    private static final int UNSATISFIED = ComponentConfigurationDTO.UNSATISFIED_REFERENCE;

    private final ServiceComponentRuntime components;
    private final HealthCheck configuration;
    private final ConfigurationProblems files;
    private final HealthChecks checks = new HealthChecks();

    @Activate
    public StartupProblems(
            @Reference ServiceComponentRuntime components,
            @Reference(target = "(" + HealthCheck.NAME + "=configuration)") HealthCheck configuration,
            @Reference ConfigurationProblems files) {
        this.components = components;
        this.configuration = configuration;
        this.files = files;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addCheck(HealthCheck check, Map<String, ?> properties) {
        checks.add(check, properties);
    }

    void removeCheck(HealthCheck check) {
        checks.remove(check);
    }

    @Override
    public Map<String, List<String>> get() {
        Collection<ComponentDescriptionDTO> descriptions = components.getComponentDescriptionDTOs();
        return Map.of(FAILED, failed(descriptions), WAITING, waiting(descriptions));
    }

    private List<String> failed(Collection<ComponentDescriptionDTO> descriptions) {
        List<ConfigurationProblem> invalid = configuration.check().ready() ? List.of() : files.problems();
        List<String> problems = new ArrayList<>();
        invalid.stream()
                .filter(problem -> problem.inEffect() == InEffect.NOTHING)
                .forEach(problem -> problems.add(problem.toString()));
        for (ComponentDescriptionDTO description : descriptions) {
            for (ComponentConfigurationDTO component : components.getComponentConfigurationDTOs(description)) {
                boolean isExplained = Stream.concat(
                                Arrays.stream(description.configurationPid), Stream.of(FailedComponents.pid(component)))
                        .anyMatch(pid -> invalid.stream()
                                .anyMatch(problem -> problem.pid().equals(pid)));
                if (!isExplained && component.state == FAILED_ACTIVATION) {
                    problems.add(description.name + ": " + ActivationFailure.rootCause(component.failure));
                }
            }
        }
        return problems;
    }

    private List<String> waiting(Collection<ComponentDescriptionDTO> descriptions) {
        Set<String> provided = descriptions.stream()
                .flatMap(description -> Arrays.stream(description.serviceInterfaces))
                .collect(Collectors.toCollection(HashSet::new));
        List<String> problems = new ArrayList<>();
        checks.run().forEach((name, health) -> {
            if (!health.ready()) {
                problems.add(name + ": " + health.detail());
            }
        });
        for (ComponentDescriptionDTO description : descriptions) {
            if (!description.bundle.symbolicName.startsWith(HUB_BUNDLES)) {
                continue;
            }
            for (ComponentConfigurationDTO component : components.getComponentConfigurationDTOs(description)) {
                List<String> missing =
                        component.state == UNSATISFIED ? missing(description, component, provided) : List.of();
                if (!missing.isEmpty()) {
                    problems.add(description.name + " waits for " + String.join(", ", missing));
                }
            }
        }
        return problems;
    }

    /**
     * The services that no component here provides. None if the component is switched off by configuration: if it has a
     * reference whose filter no present service meets.
     */
    private static List<String> missing(
            ComponentDescriptionDTO description, ComponentConfigurationDTO component, Set<String> provided) {
        Set<String> unsatisfied = Arrays.stream(component.unsatisfiedReferences)
                .map((UnsatisfiedReferenceDTO reference) -> reference.name)
                .collect(Collectors.toSet());
        boolean isOff = Arrays.stream(description.references)
                .anyMatch(reference -> unsatisfied.contains(reference.name)
                        && reference.target != null
                        && provided.contains(reference.interfaceName));
        if (isOff) {
            return List.of();
        }
        return Arrays.stream(description.references)
                .filter(reference -> unsatisfied.contains(reference.name))
                .map(reference -> reference.interfaceName)
                .filter(type -> !provided.contains(type))
                .toList();
    }
}
