package io.datahub.zeromq;

import java.lang.reflect.Proxy;
import java.util.Map;

/** Creates configuration annotations without OSGi: default values, except for the given keys. */
final class Configurations {

    private Configurations() {}

    static <C> C of(Class<C> type, Map<String, Object> values) {
        Object created = Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
        return type.cast(created);
    }
}
