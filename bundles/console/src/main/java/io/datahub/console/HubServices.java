package io.datahub.console;

import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Finds the hub's services that are currently registered. */
final class HubServices {

    private HubServices() {}

    /** Returns a service; empty if it is unavailable. */
    static <T> Optional<T> find(BundleContext context, Class<T> type) {
        ServiceReference<T> reference = context.getServiceReference(type);
        return Optional.ofNullable(reference).map(context::getService);
    }
}
