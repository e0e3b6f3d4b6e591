package io.datahub.http;

import com.fasterxml.jackson.core.JsonGenerator;
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
 * name; others see only the status.
 */
@Component(service = Handler.class, configurationPid = "io.datahub.http")
@HttpMount(path = HealthHandler.MOUNT, access = "open")
public final class HealthHandler extends Handler.Abstract {

    static final String MOUNT = "/health";

    /** The former name of the field {@code components}, which monitoring scripts may read. */
    private static final String FORMER_NAME = "parts";

    private static final Logger LOG = LoggerFactory.getLogger(HealthHandler.class);
    private static final Pattern COMMA = Pattern.compile(",");

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
            exchange.json(200, JsonText.of(json -> write(json, "live", Map.of())));
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
        if (!isReady) {
            exchange.response().getHeaders().put(HttpHeader.RETRY_AFTER, 5);
        }
        exchange.json(
                isReady ? 200 : 503,
                JsonText.of(json -> write(json, status(components, isMonitor), isMonitor ? components : Map.of())));
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
        for (String name : required) {
            components.put(name, Health.down("the component isn't running; see the log"));
        }
        components.putAll(checks.run());
        return components;
    }

    private static void write(JsonGenerator json, String status, Map<String, Health> components) throws IOException {
        json.writeStartObject();
        json.writeStringField("status", status);
        if (!components.isEmpty()) {
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
