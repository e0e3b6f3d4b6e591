package io.datahub.broker;

import java.lang.reflect.Proxy;
import java.util.Map;

/** Makes configurations without a framework: their defaults, but for some keys. */
final class Configurations {

    private Configurations() {}

    static BrokerConfiguration of(Map<String, Object> values) {
        return (BrokerConfiguration) Proxy.newProxyInstance(
                BrokerConfiguration.class.getClassLoader(),
                new Class<?>[] {BrokerConfiguration.class},
                (proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
    }
}
