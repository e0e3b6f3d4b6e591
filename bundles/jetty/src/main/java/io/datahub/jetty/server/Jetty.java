package io.datahub.jetty.server;

import io.datahub.api.cluster.ClusterView;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.state.AdapterStates;
import io.datahub.jetty.JettyConfiguration;
import io.datahub.jetty.authentication.CurrentAuthenticator;
import io.datahub.jetty.handlers.DeclaredHandlers;
import java.time.Duration;
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
 * Runs the {@link HttpServer} and registers every {@link Handler} service that has the properties of {@link
 * io.datahub.api.http.HttpMount}. If a component of an installed bundle declares a handler that isn't available, its
 * requests are answered with 503; while the hub starts they wait for it. The component requires a configuration, so that no port is opened unintentionally.
 */
@Component(
        service = {},
        configurationPid = "io.datahub.jetty",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true)
@Designate(ocd = JettyConfiguration.class)
public final class Jetty {

    /** Handlers are registered within this time after the start, or something is wrong. */
    private static final Duration START = Duration.ofSeconds(10);

    /** Where the hubs of a cluster keep the sessions. */
    private static final String SESSIONS = "http-sessions";

    private final BundleContext context;
    private final HttpServer server;
    private final DeclaredHandlers declaredMounts;
    private ClusterView cluster; // guarded by this
    private AdapterStates states; // guarded by this
    private ServiceRegistration<HealthCheck> health;
    private ServiceRegistration<MetricSource> metrics;

    @Activate
    public Jetty(
            BundleContext context, @Reference CurrentAuthenticator authenticator, JettyConfiguration configuration) {
        this.context = context;
        server = new HttpServer(authenticator, configuration);
        declaredMounts = new DeclaredHandlers(context, server.registry());
    }

    @Reference(
            service = Handler.class,
            target = "(datahub.http.path=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindHandler(Handler handler, Map<String, Object> properties) {
        server.register(handler, properties);
    }

    void unbindHandler(Handler handler) {
        server.unregister(handler);
    }

    /**
     * Opens the sockets. The health check is registered separately rather than as a service of this component, because
     * a handler that references health checks is bound while this component is being activated.
     */
    @Activate
    void start() throws Exception {
        declaredMounts.open();
        server.start();
        server.holdEarlyRequests(START);
        health = context.registerService(
                HealthCheck.class, server, FrameworkUtil.asDictionary(Map.of(HealthCheck.NAME, "jetty")));
        metrics = context.registerService(
                MetricSource.class, server, FrameworkUtil.asDictionary(Map.of(MetricSource.COMPONENT, "jetty")));
    }

    @Modified
    void modified(JettyConfiguration changed) {
        server.reconfigure(changed);
    }

    @Deactivate
    void stop() {
        metrics.unregister();
        health.unregister();
        server.stop();
        declaredMounts.close();
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindCluster(ClusterView view) {
        cluster = view;
        share();
    }

    synchronized void unbindCluster(ClusterView view) {
        if (cluster == view) {
            cluster = null;
            share();
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindStates(AdapterStates found) {
        states = found;
        share();
    }

    synchronized void unbindStates(AdapterStates lost) {
        if (states == lost) {
            states = null;
            share();
        }
    }

    /** Shares the sessions with the other hubs, if there are any. */
    private void share() {
        if (cluster != null && states != null) {
            server.sessions().share(cluster, states.of(SESSIONS));
        } else {
            server.sessions().unshare();
        }
    }
}
