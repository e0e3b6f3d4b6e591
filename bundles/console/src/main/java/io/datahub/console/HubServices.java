package io.datahub.console;

import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Finds the hub's services as they are at the moment. */
final class HubServices {

    private HubServices() {}

    /** A service; empty if it is away. */
    static <T> Optional<T> find(BundleContext context, Class<T> type) {
        ServiceReference<T> reference = context.getServiceReference(type);
        return Optional.ofNullable(reference).map(context::getService);
    }
}
