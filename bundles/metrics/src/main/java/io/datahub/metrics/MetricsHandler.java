package io.datahub.metrics;

import io.datahub.api.Reason;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.health.HealthChecks;
import io.datahub.api.http.HttpMount;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Serves the metrics of all components at {@code /metrics}, for users with the role monitor, or for everybody if
 * configured so.
 */
@Component(service = Handler.class, configurationPid = "io.datahub.metrics")
@HttpMount(path = MetricsHandler.MOUNT, access = "open")
@Designate(ocd = MetricsConfiguration.class)
public final class MetricsHandler extends Handler.Abstract {

    static final String MOUNT = "/metrics";

    private final Map<String, MetricSource> sources = new ConcurrentSkipListMap<>();
    private final HealthChecks healthChecks = new HealthChecks();
    private final JmxExporter jmx = new JmxExporter();
    private volatile boolean open;

    @Activate
    public MetricsHandler(BundleContext context, MetricsConfiguration configuration) {
        this(context.getBundle().getVersion().toString(), configuration.open());
    }

    MetricsHandler(String version, boolean open) {
        this.open = open;
        add("hub", new HealthMetrics(version, healthChecks));
        add("jvm", new JvmMetrics());
    }

    @Modified
    void modified(MetricsConfiguration configuration) {
        open = configuration.open();
    }

    @Deactivate
    void deactivate() {
        sources.keySet().forEach(jmx::unregister);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindSource(MetricSource source, Map<String, Object> properties) {
        add(String.valueOf(properties.get(MetricSource.COMPONENT)), source);
    }

    void unbindSource(MetricSource source, Map<String, Object> properties) {
        String component = String.valueOf(properties.get(MetricSource.COMPONENT));
        if (sources.remove(component, source)) {
            jmx.unregister(component);
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindCheck(HealthCheck check, Map<String, Object> properties) {
        healthChecks.add(check, properties);
    }

    void unbindCheck(HealthCheck check) {
        healthChecks.remove(check);
    }

    private void add(String component, MetricSource source) {
        sources.put(component, source);
        jmx.register(component, source);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (!request.getHttpURI().getPath().equals(MOUNT)) {
            return false;
        }
        Exchange exchange = new Exchange(request, response, callback);
        Optional<User> user = exchange.login().map(Login::user);
        if (!exchange.isRead()) {
            exchange.refuseMethod("GET, HEAD, OPTIONS");
        } else if (!open && exchange.unverified().isPresent()) {
            exchange.refuse(exchange.unverified().get());
        } else if (!open && user.isEmpty()) {
            exchange.refuse(
                    Reason.UNAUTHENTICATED,
                    "the metrics require the role monitor; set 'open' in io.datahub.metrics.cfg to make them public");
        } else if (!open && !user.get().isMonitor()) {
            exchange.refuse(Reason.FORBIDDEN, "the metrics require the role monitor, which an administrator can grant");
        } else if (Conditions.check(exchange, true)) {
            respond(exchange);
        }
        return true;
    }

    private void respond(Exchange exchange) {
        SampleCollector samples = new SampleCollector();
        sources.forEach(samples::collect);
        HttpFields.Mutable headers = exchange.response().getHeaders();
        headers.put(HttpHeader.CONTENT_TYPE, Exposition.MEDIA_TYPE);
        headers.put(Exchange.NOT_STORED);
        exchange.body(200, Exposition.of(samples.samples()).getBytes(StandardCharsets.UTF_8));
    }
}
