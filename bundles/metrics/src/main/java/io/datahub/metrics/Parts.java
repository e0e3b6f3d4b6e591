package io.datahub.metrics;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Which parts of the hub do their job. For any thread. */
final class Parts implements MetricSource {

    private final Map<HealthCheck, String> checks = new ConcurrentHashMap<>();
    private final String version;

    Parts(String version) {
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
        Map<String, Boolean> parts = new TreeMap<>();
        checks.forEach((check, name) -> parts.merge(name, isReady(check), Boolean::logicalAnd));
        parts.forEach((name, ready) -> report.gauge(
                "datahub_part_ready", "Whether a part of the hub does its job: 1 or 0", ready ? 1 : 0, "part", name));
    }

    private static boolean isReady(HealthCheck check) {
        try {
            Health health = check.check();
            return health.ready();
        } catch (RuntimeException e) {
            return false;
        }
    }
}
