package io.datahub.validators;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

/** Creates configurations as Configuration Admin would provide them: the values that are set, and the defaults. */
final class Settings {

    private Settings() {}

    /** Creates a configuration from alternating keys and values. */
    static <C> C of(Class<C> type, Object... keysAndValues) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue())));
    }

    static String[] allPaths() {
        return new String[] {"**"};
    }

    static XmlConfiguration xml(long maxBytes, String... paths) {
        return of(XmlConfiguration.class, "name", "xml", "paths", paths, "maxBytes", maxBytes);
    }

    static XsdConfiguration xsd(String schema) {
        return of(XsdConfiguration.class, "name", "xsd", "paths", allPaths(), "schema", schema, "maxBytes", 1L << 20);
    }
}
