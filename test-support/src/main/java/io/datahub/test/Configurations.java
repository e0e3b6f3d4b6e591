package io.datahub.test;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

/** Creates configurations as Configuration Admin would supply them, without a framework. */
public final class Configurations {

    private Configurations() {}

    /**
     * Creates a configuration.
     *
     * @param type the annotation type of the configuration
     * @param values the values that are set, by the name of the annotation's method; all others have their defaults
     */
    public static <C> C of(Class<C> type, Map<String, ?> values) {
        Map<String, Object> set = new HashMap<>(values);
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> set.getOrDefault(method.getName(), method.getDefaultValue())));
    }

    /**
     * Creates a configuration.
     *
     * @param type the annotation type of the configuration
     * @param namesAndValues names of the annotation's methods, each followed by its value
     */
    public static <C> C of(Class<C> type, Object... namesAndValues) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return of(type, values);
    }
}
