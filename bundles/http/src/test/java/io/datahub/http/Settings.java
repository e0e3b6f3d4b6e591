package io.datahub.http;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

/** Creates configurations that differ from the defaults. */
public final class Settings {

    private Settings() {}

    /** The defaults except for these: name, value, name, value … */
    public static HttpConfiguration with(Object... changes) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < changes.length; i += 2) {
            values.put((String) changes[i], changes[i + 1]);
        }
        return (HttpConfiguration) Proxy.newProxyInstance(
                Settings.class.getClassLoader(),
                new Class<?>[] {HttpConfiguration.class, Annotation.class},
                (proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
    }
}
