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
        report.gauge("datahub_info", "The hub's version, in the label", 1, "version", version);
        Map<String, Health> results = new TreeMap<>();
        checks.forEach(
                (check, name) -> results.merge(name, run(check), (first, second) -> first.ready() ? second : first));
        results.forEach((name, health) -> report.gauge(
                "datahub_part_ready",
                "Whether a part of the hub does its job: 1 or 0",
                health.ready() ? 1 : 0,
                "part",
                name));
        results.forEach((name, health) -> report.gauge(
                "datahub_part_degraded",
                "Whether a part of the hub does its job and a person must act all the same: 1 or 0",
                health.degraded() ? 1 : 0,
                "part",
                name));
    }

    private static Health run(HealthCheck check) {
        try {
            return check.check();
        } catch (RuntimeException e) {
            return Health.down("the part's own check failed: " + e);
        }
    }
}
