package io.datahub.store;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

/** Finds out why the component of a configuration isn't active. Thread-safe. */
final class ActivationFailures {

    private final ServiceComponentRuntime components;

    ActivationFailures(ServiceComponentRuntime components) {
        this.components = components;
    }

    /** The reason; empty if the component is active or there is none. */
    Optional<String> of(String pid) {
        return components.getComponentDescriptionDTOs().stream()
                .filter(description -> Arrays.stream(description.configurationPid)
                        .anyMatch(factory -> pid.equals(factory) || pid.startsWith(factory + "~")))
                .flatMap(description -> components.getComponentConfigurationDTOs(description).stream())
                .filter(component -> isOf(pid, component))
                .flatMap(component -> reason(component).stream())
                .findFirst();
    }

    /** The PID is one text, or a collection if the component has several configurations. */
    private static boolean isOf(String pid, ComponentConfigurationDTO component) {
        Object pids = component.properties.get(Constants.SERVICE_PID);
        return pid.equals(pids) || (pids instanceof Iterable<?> all && contains(all, pid));
    }

    private static boolean contains(Iterable<?> pids, String pid) {
        for (Object each : pids) {
            if (pid.equals(each)) {
                return true;
            }
        }
        return false;
    }

    private static Optional<String> reason(ComponentConfigurationDTO component) {
        if (component.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
            return Optional.of(message(component.failure));
        }
        if (component.state == ComponentConfigurationDTO.UNSATISFIED_REFERENCE) {
            return Optional.of(Arrays.stream(component.unsatisfiedReferences)
                    .map(reference -> reference.name)
                    .collect(Collectors.joining(", ", "it waits for: ", "")));
        }
        return Optional.empty();
    }

    /** The message of the innermost exception in a stack trace. */
    static String message(String stackTrace) {
        List<String> lines = stackTrace.lines().toList();
        String line = lines.stream()
                .filter(each -> each.startsWith("Caused by: "))
                .reduce((first, second) -> second)
                .orElse(lines.isEmpty() ? "" : lines.get(0));
        String text = line.startsWith("Caused by: ") ? line.substring("Caused by: ".length()) : line;
        return text.replaceFirst("^[\\w.$]+(?:Exception|Error): ", "");
    }
}
