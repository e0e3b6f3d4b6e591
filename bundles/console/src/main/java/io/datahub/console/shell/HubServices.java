package io.datahub.console.shell;

import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Finds the hub's services that are currently registered. */
public final class HubServices {

    private HubServices() {}

    /** Returns a service; empty if it is unavailable. */
    public static <T> Optional<T> find(BundleContext context, Class<T> type) {
        ServiceReference<T> reference = context.getServiceReference(type);
        return Optional.ofNullable(reference).map(context::getService);
    }
}
