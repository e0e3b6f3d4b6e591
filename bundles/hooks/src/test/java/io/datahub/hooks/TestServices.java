package io.datahub.hooks;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;

/** References to services as a framework makes them. */
public final class TestServices {

    private TestServices() {}

    /** A reference to a service of a bundle of this version, which is in the state that the number has. */
    @SuppressWarnings("unchecked")
    public static <T> ServiceReference<T> reference(Map<String, ?> properties, String version, AtomicInteger state) {
        Bundle bundle = proxy(Bundle.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "getVersion" -> new Version(version);
            case "getSymbolicName" -> "translator";
            case "getState" -> state.get();
            default -> throw new UnsupportedOperationException(method.getName());
        });
        return proxy(ServiceReference.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "getProperty" -> properties.get(arguments[0]);
            case "getBundle" -> bundle;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(TestServices.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
