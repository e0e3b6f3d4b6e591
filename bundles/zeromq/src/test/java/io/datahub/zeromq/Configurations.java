package io.datahub.zeromq;

import java.lang.reflect.Proxy;
import java.util.Map;

/** Makes configurations without a framework: their defaults, but for some keys. */
final class Configurations {

    private Configurations() {}

    static <C> C of(Class<C> type, Map<String, Object> values) {
        Object made = Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
        return type.cast(made);
    }
}
