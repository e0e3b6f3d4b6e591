package io.datahub.records.service;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/** The services that a store has registered. Not thread-safe. */
public final class Registrations implements AutoCloseable {

    private final BundleContext context;
    private final Deque<ServiceRegistration<?>> registered = new ArrayDeque<>();

    public Registrations(BundleContext context) {
        this.context = context;
    }

    /** Registers a service. */
    public <T> void add(Class<T> type, T service, Map<String, ?> properties) {
        registered.push(context.registerService(type, service, FrameworkUtil.asDictionary(properties)));
    }

    /** Unregisters all, the latest first. */
    @Override
    public void close() {
        while (!registered.isEmpty()) {
            registered.pop().unregister();
        }
    }
}
