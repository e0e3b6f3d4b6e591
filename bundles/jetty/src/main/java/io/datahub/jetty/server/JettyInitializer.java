package io.datahub.jetty.server;

import io.datahub.jetty.connections.JettyServices;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Initializes Jetty as soon as this bundle is started, which is before the bundles that have handlers: its feature sets
 * the start level.
 */
@Component(
        service = {},
        immediate = true)
public final class JettyInitializer {

    @Activate
    public JettyInitializer() {
        JettyServices.initialize();
    }
}
