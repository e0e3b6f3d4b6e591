package io.datahub.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.dto.BundleDTO;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;
import org.osgi.util.promise.Promise;

/** Components as Declarative Services would describe them. */
final class FakeRuntime implements ServiceComponentRuntime {

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
        component.properties = new HashMap<>(Map.of("service.pid", name));
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
    public Collection<ComponentConfigurationDTO> getComponentConfigurationDTOs(ComponentDescriptionDTO description) {
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
