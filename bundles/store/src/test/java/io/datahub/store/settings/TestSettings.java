package io.datahub.store.settings;

import io.datahub.records.settings.StoreConfiguration;
import io.datahub.records.settings.StoreSettings;
import io.datahub.test.Configurations;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Settings for tests: the defaults of {@link StoreConfiguration}, with some replaced. */
public final class TestSettings {

    private TestSettings() {}

    /** The defaults of the configuration. */
    public static StoreSettings defaults() {
        return StoreSettings.of(Configurations.of(StoreConfiguration.class));
    }

    /**
     * Replaces components of the settings.
     *
     * @param namesAndValues names of components of {@link StoreSettings}, each followed by its value
     */
    public static StoreSettings with(StoreSettings settings, Object... namesAndValues) {
        Map<String, Object> replaced = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            replaced.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        RecordComponent[] components = StoreSettings.class.getRecordComponents();
        List<Object> values = new ArrayList<>();
        try {
            for (RecordComponent component : components) {
                Object value = component.getAccessor().invoke(settings);
                values.add(replaced.containsKey(component.getName()) ? replaced.remove(component.getName()) : value);
            }
            if (!replaced.isEmpty()) {
                throw new IllegalArgumentException("the settings have no " + replaced.keySet());
            }
            return StoreSettings.class
                    .getDeclaredConstructor(Arrays.stream(components)
                            .map(RecordComponent::getType)
                            .toArray(Class<?>[]::new))
                    .newInstance(values.toArray());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
