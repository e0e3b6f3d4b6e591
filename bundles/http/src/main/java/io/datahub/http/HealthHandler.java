package io.datahub.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.health.HealthChecks;
import io.datahub.api.http.HttpMount;
import io.datahub.api.json.JsonText;
import io.datahub.api.log.LogText;
import io.datahub.api.user.Login;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Liveness ({@code /health/live}) and readiness ({@code /health/ready}) of the hub. Monitors see every component by
 * name; others see only the status, unless the hub has lost its cluster's ledger, so that nobody can log in.
 */
@Component(service = Handler.class, configurationPid = "io.datahub.http")
@HttpMount(path = HealthHandler.MOUNT, access = "open")
public final class HealthHandler extends Handler.Abstract {

    static final String MOUNT = "/health";

    /** The former name of the field {@code components}, which monitoring scripts may read. */
    private static final String FORMER_NAME = "parts";

    private static final Logger LOG = LoggerFactory.getLogger(HealthHandler.class);
    private static final Set<String> OF_DISK = Set.of("store", "watcher");
    private static final Set<String> OF_CLUSTER = Set.of("cluster", "ledger", "blobs");
    private static final Pattern COMMA = Pattern.compile(",");

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile ClusterView cluster;

    private volatile List<String> required;
    private final HealthChecks checks = new HealthChecks((component, failure) ->
            LOG.warn("event=http.health-check.failed component={}", LogText.quoted(component), failure));

    @Activate
    public HealthHandler(HttpConfiguration configuration) {
        required = required(configuration);
    }

    @Modified
    void modified(HttpConfiguration changed) {
        required = required(changed);
    }

    private static List<String> required(HttpConfiguration configuration) {
        return Stream.of(configuration.requiredComponents())
                .flatMap(COMMA::splitAsStream)
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindCheck(HealthCheck check, Map<String, Object> properties) {
        checks.add(check, properties);
    }

    void unbindCheck(HealthCheck check) {
        checks.remove(check);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String path = request.getHttpURI().getPath().substring(MOUNT.length());
        if (!path.equals("/live") && !path.equals("/ready")) {
            return false;
        }
        Exchange exchange = new Exchange(request, response, callback);
        if (!exchange.isRead()) {
            exchange.refuseMethod("GET, HEAD, OPTIONS");
        } else if (!Conditions.check(exchange, true)) {
            return true;
        } else if (path.equals("/live")) {
            exchange.json(200, JsonText.of(json -> write(json, "live", null, Map.of())));
        } else {
            respondReady(exchange);
        }
        return true;
    }

    private void respondReady(Exchange exchange) {
        Map<String, Health> components = components();
        boolean isReady = components.values().stream().allMatch(Health::ready);
        boolean isMonitor = exchange.login()
                .map(Login::user)
                .filter(user -> user.isMonitor())
                .isPresent();
        ClusterView view = cluster;
        boolean isOutage = view != null && view.refuse().isPresent(); // nobody can log in
        Map<String, Health> shown = isMonitor ? components : isOutage ? withoutDetail(components) : Map.of();
        if (!isReady) {
            exchange.response().getHeaders().put(HttpHeader.RETRY_AFTER, 5);
        }
        exchange.json(
                isReady ? 200 : 503,
                JsonText.of(json -> write(json, status(components, isMonitor), isMonitor ? view : null, shown)));
    }

    /** What operators need in any case; addresses and reasons are for monitors. */
    private static Map<String, Health> withoutDetail(Map<String, Health> components) {
        Map<String, Health> shown = new TreeMap<>();
        components.forEach((name, health) -> shown.put(name, new Health(health.ready(), health.degraded(), "")));
        return shown;
    }

    /** The status in one word; only monitors see more than whether the hub is ready. */
    private static String status(Map<String, Health> components, boolean isMonitor) {
        if (!components.values().stream().allMatch(Health::ready)) {
            return "down";
        }
        return isMonitor && components.values().stream().anyMatch(Health::degraded) ? "degraded" : "ready";
    }

    /** The health of each component, including required components that are missing. */
    private Map<String, Health> components() {
        Map<String, Health> components = new TreeMap<>();
        for (String name : required()) {
            components.put(name, Health.down("the component isn't running; see the log"));
        }
        components.putAll(checks.run());
        return components;
    }

    /** The components that must be there: in a cluster, those of a store on the hub's disk aren't. */
    private List<String> required() {
        return cluster == null
                ? required
                : Stream.concat(required.stream().filter(name -> !OF_DISK.contains(name)), OF_CLUSTER.stream())
                        .toList();
    }

    /** @param cluster null to omit the name of the hub */
    private static void write(JsonGenerator json, String status, ClusterView cluster, Map<String, Health> components)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("status", status);
        if (!components.isEmpty()) {
            if (cluster != null) {
                json.writeStringField("hub", cluster.hub());
            }
            writeArray(json, "components", components);
            writeArray(json, FORMER_NAME, components);
        }
        json.writeEndObject();
    }

    private static void writeArray(JsonGenerator json, String field, Map<String, Health> components)
            throws IOException {
        json.writeArrayFieldStart(field);
        for (Map.Entry<String, Health> component : components.entrySet()) {
            json.writeStartObject();
            json.writeStringField("name", component.getKey());
            json.writeBooleanField("ready", component.getValue().ready());
            if (component.getValue().degraded()) {
                json.writeBooleanField("degraded", true);
            }
            json.writeStringField("detail", component.getValue().detail());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
