package io.datahub.metrics;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The results of all health checks as metrics. For any thread. */
final class HealthChecks implements MetricSource {

    private final Map<HealthCheck, String> checks = new ConcurrentHashMap<>();
    private final String version;

    HealthChecks(String version) {
        this.version = version;
    }

    void add(String name, HealthCheck check) {
        checks.put(check, name);
    }

    void remove(HealthCheck check) {
        checks.remove(check);
    }

    @Override
    public void report(MetricReport report) {
        report.gauge("datahub_info", "1, with the version of the hub as label", 1, "version", version);
        Map<String, Health> results = new TreeMap<>();
        checks.forEach(
                (check, name) -> results.merge(name, run(check), (first, second) -> first.ready() ? second : first));
        results.forEach((name, health) -> report.gauge(
                "datahub_component_ready",
                "1 if the component is ready, otherwise 0",
                health.ready() ? 1 : 0,
                "component",
                name));
        results.forEach((name, health) -> report.gauge(
                "datahub_component_degraded",
                "1 if the component is ready but needs action by an operator, otherwise 0",
                health.degraded() ? 1 : 0,
                "component",
                name));
    }

    private static Health run(HealthCheck check) {
        try {
            return check.check();
        } catch (RuntimeException e) {
            return Health.down("the health check failed: " + e);
        }
    }
}
