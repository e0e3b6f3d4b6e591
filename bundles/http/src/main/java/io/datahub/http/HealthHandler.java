package io.datahub.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.user.Login;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
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
 * Whether the hub lives ({@code /health/live}) and does its job ({@code /health/ready}). Monitors get every part by name;
 * others the status alone.
 */
@Component(service = Handler.class, configurationPid = "io.datahub.http")
@HttpMount(path = HealthHandler.MOUNT, open = true)
public final class HealthHandler extends Handler.Abstract {

    static final String MOUNT = "/health";

    private static final Logger LOG = LoggerFactory.getLogger(HealthHandler.class);
    private static final Pattern COMMA = Pattern.compile(",");

    private volatile List<String> required;
    private final Map<HealthCheck, String> checks = new ConcurrentHashMap<>();

    @Activate
    public HealthHandler(HttpConfiguration configuration) {
        required = required(configuration);
    }

    @Modified
    void modified(HttpConfiguration changed) {
        required = required(changed);
    }

    private static List<String> required(HttpConfiguration configuration) {
        return Stream.of(configuration.parts())
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
        checks.put(check, String.valueOf(properties.get(HealthCheck.NAME)));
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
        if (!exchange.is(HttpMethod.GET) && !exchange.is(HttpMethod.HEAD)) {
            exchange.refuseMethod("GET, HEAD, OPTIONS");
        } else if (path.equals("/live")) {
            exchange.json(200, JsonText.of(json -> write(json, "live", Map.of())));
        } else {
            answerReady(exchange);
        }
        return true;
    }

    private void answerReady(Exchange exchange) {
        Map<String, Health> parts = parts();
        boolean isReady = parts.values().stream().allMatch(Health::ready);
        boolean isMonitor = exchange.login()
                .map(Login::user)
                .filter(user -> user.isMonitor())
                .isPresent();
        if (!isReady) {
            exchange.response().getHeaders().put(HttpHeader.RETRY_AFTER, 5);
        }
        exchange.json(
                isReady ? 200 : 503,
                JsonText.of(json -> write(json, status(parts, isMonitor), isMonitor ? parts : Map.of())));
    }

    /** In one word; only monitors are told more than whether the hub is ready. */
    private static String status(Map<String, Health> parts, boolean isMonitor) {
        if (!parts.values().stream().allMatch(Health::ready)) {
            return "down";
        }
        return isMonitor && parts.values().stream().anyMatch(Health::degraded) ? "degraded" : "ready";
    }

    /** What each part says, the required ones that are away included. */
    private Map<String, Health> parts() {
        Map<String, Health> parts = new TreeMap<>();
        for (String name : required) {
            parts.put(name, Health.down("the part isn't running; the log says why"));
        }
        checks.forEach((check, name) -> parts.put(name, ask(check, name)));
        return parts;
    }

    private static Health ask(HealthCheck check, String name) {
        try {
            return check.check();
        } catch (RuntimeException e) {
            LOG.warn("health check failed part={}", name, e);
            return Health.down("the part's own check failed: " + e);
        }
    }

    private static void write(JsonGenerator json, String status, Map<String, Health> parts) throws IOException {
        json.writeStartObject();
        json.writeStringField("status", status);
        if (!parts.isEmpty()) {
            json.writeArrayFieldStart("parts");
            for (Map.Entry<String, Health> part : parts.entrySet()) {
                json.writeStartObject();
                json.writeStringField("name", part.getKey());
                json.writeBooleanField("ready", part.getValue().ready());
                if (part.getValue().degraded()) {
                    json.writeBooleanField("degraded", true);
                }
                json.writeStringField("detail", part.getValue().detail());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }
}
