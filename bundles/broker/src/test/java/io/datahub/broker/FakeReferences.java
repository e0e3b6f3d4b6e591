package io.datahub.broker;

import java.lang.reflect.Proxy;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;

/** Creates references to services; the later one has the higher ranking. */
final class FakeReferences {

    private int numbers;

    @SuppressWarnings("unchecked")
    <S> ServiceReference<S> create(String version, Map<String, Object> properties) {
        int number = numbers++;
        Bundle bundle = (Bundle) Proxy.newProxyInstance(
                Bundle.class.getClassLoader(),
                new Class<?>[] {Bundle.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "hashCode" -> number;
                    case "equals" -> self == arguments[0];
                    default -> Version.parseVersion(version);
                });
        return (ServiceReference<S>) Proxy.newProxyInstance(
                ServiceReference.class.getClassLoader(),
                new Class<?>[] {ServiceReference.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "getBundle" -> bundle;
                    case "getProperty" ->
                        arguments[0].equals("service.id") ? (Object) (long) number : properties.get(arguments[0]);
                    case "hashCode" -> number;
                    case "equals" -> self == arguments[0];
                    case "compareTo" -> Integer.compare(number, arguments[0].hashCode());
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
