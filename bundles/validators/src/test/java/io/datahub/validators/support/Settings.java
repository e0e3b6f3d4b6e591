package io.datahub.validators.support;

import io.datahub.validators.xml.XmlConfiguration;
import io.datahub.validators.xml.XsdConfiguration;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

/** Creates configurations as Configuration Admin would provide them: the values that are set, and the defaults. */
public final class Settings {

    private Settings() {}

    /** Creates a configuration from alternating keys and values. */
    public static <C> C of(Class<C> type, Object... keysAndValues) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue())));
    }

    public static String[] allPaths() {
        return new String[] {"**"};
    }

    public static XmlConfiguration xml(long maxBytes, String... paths) {
        return of(XmlConfiguration.class, "name", "xml", "paths", paths, "maxBytes", maxBytes);
    }

    public static XsdConfiguration xsd(String schema) {
        return of(XsdConfiguration.class, "name", "xsd", "paths", allPaths(), "schema", schema, "maxBytes", 1L << 20);
    }
}
