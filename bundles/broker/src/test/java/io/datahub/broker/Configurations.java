package io.datahub.broker;

import java.lang.reflect.Proxy;
import java.util.Map;

/** Creates configurations without a framework: the defaults with some keys overridden. */
final class Configurations {

    private Configurations() {}

    static BrokerConfiguration of(Map<String, Object> values) {
        return (BrokerConfiguration) Proxy.newProxyInstance(
                BrokerConfiguration.class.getClassLoader(),
                new Class<?>[] {BrokerConfiguration.class},
                (proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
    }
}
