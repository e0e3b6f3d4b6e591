package io.datahub.config;

import io.datahub.api.config.ConfigurationProblem;
import io.datahub.api.config.ConfigurationProblem.InEffect;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

/**
 * Components that couldn't be activated with a valid file, for a reason that only the component knows, such as values that
 * don't go together. For any thread.
 */
final class FailedComponents {

    /** Validators that aren't active are reported as such. */
    private static final String VALIDATORS = "io.datahub.validator.";

    private final ServiceComponentRuntime components;

    FailedComponents(ServiceComponentRuntime components) {
        this.components = components;
    }

    /**
     * The problems of some files.
     *
     * @param files the names of files that are in effect
     */
    List<ConfigurationProblem> of(List<String> files) {
        Map<String, String> fileByPid = new TreeMap<>();
        for (String file : files) {
            if (!file.startsWith(VALIDATORS)) {
                fileByPid.put(Pid.of(file).toString(), file);
            }
        }
        if (fileByPid.isEmpty()) {
            return List.of();
        }
        return components.getComponentDescriptionDTOs().stream()
                .filter(description -> Arrays.stream(description.configurationPid)
                        .anyMatch(pid -> fileByPid.values().stream()
                                .anyMatch(file -> Pid.of(file).base().equals(pid))))
                .flatMap(description -> components.getComponentConfigurationDTOs(description).stream())
                .filter(component -> component.state == ComponentConfigurationDTO.FAILED_ACTIVATION)
                .filter(component -> fileByPid.containsKey(pid(component)))
                .map(component -> problem(pid(component), fileByPid.get(pid(component)), component.failure))
                .toList();
    }

    private static ConfigurationProblem problem(String pid, String file, String failure) {
        return new ConfigurationProblem(pid, "etc/" + file, "", ActivationFailure.rootCause(failure), InEffect.NOTHING);
    }

    static String pid(ComponentConfigurationDTO component) {
        return String.valueOf(component.properties.get(Constants.SERVICE_PID));
    }
}
