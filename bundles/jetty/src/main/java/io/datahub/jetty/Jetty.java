package io.datahub.jetty;

import io.datahub.api.health.HealthCheck;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.user.Authenticator;
import java.util.Map;
import org.eclipse.jetty.server.Handler;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Runs the {@link HttpServer} and mounts every {@link Handler} service at the path that its property
 * {@code datahub.http.path} names; with {@code datahub.http.open} the handler also gets requests without a login. Where
 * the component of an installed bundle promises a handler that isn't there, requests are told to come again. It waits for
 * its configuration, so that no port is taken that nobody asked for.
 */
@Component(
        service = {},
        configurationPid = "io.datahub.jetty",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true)
@Designate(ocd = JettyConfiguration.class)
public final class Jetty {

    private final BundleContext context;
    private final HttpServer server;
    private final DeclaredMounts declared;
    private ServiceRegistration<HealthCheck> health;
    private ServiceRegistration<MetricSource> figures;

    @Activate
    public Jetty(BundleContext context, @Reference Authenticator authenticator, JettyConfiguration configuration) {
        this.context = context;
        server = new HttpServer(authenticator, configuration);
        declared = new DeclaredMounts(context, server.mounts());
    }

    @Reference(
            service = Handler.class,
            target = "(datahub.http.path=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindHandler(Handler handler, Map<String, Object> properties) {
        server.mount(HandlerRegistration.of(handler, properties));
    }

    void unbindHandler(Handler handler) {
        server.unmount(handler);
    }

    /**
     * Opens the sockets. The health check isn't this component's own service, since a handler that asks for health checks
     * is bound while this component begins.
     */
    @Activate
    void start() throws Exception {
        declared.open();
        server.start();
        health = context.registerService(
                HealthCheck.class, server, FrameworkUtil.asDictionary(Map.of(HealthCheck.NAME, "jetty")));
        figures = context.registerService(
                MetricSource.class, server, FrameworkUtil.asDictionary(Map.of(MetricSource.PART, "jetty")));
    }

    @Modified
    void modified(JettyConfiguration changed) {
        server.reconfigure(changed);
    }

    @Deactivate
    void stop() {
        figures.unregister();
        health.unregister();
        server.stop();
        declared.close();
    }
}
