package io.datahub.metrics;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthChecks;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import java.util.Map;

/** The results of all health checks as metrics. For any thread. */
final class HealthMetrics implements MetricSource {

    private final String version;
    private final HealthChecks checks;

    HealthMetrics(String version, HealthChecks checks) {
        this.version = version;
        this.checks = checks;
    }

    @Override
    public void report(MetricReport report) {
        report.gauge("datahub_info", "1, with the version of the hub as label", 1, "version", version);
        Map<String, Health> results = checks.run();
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
}
