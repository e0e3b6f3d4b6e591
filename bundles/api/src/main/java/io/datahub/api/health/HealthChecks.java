package io.datahub.api.health;

import io.datahub.api.log.FailureText;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** The registered health checks, for a component that shows their results. For any thread. */
public final class HealthChecks {

    private final Map<HealthCheck, String> names = new ConcurrentHashMap<>();
    private final BiConsumer<String, RuntimeException> failures;

    /** Creates an empty registry; that a check failed is only a result. */
    public HealthChecks() {
        this((component, failure) -> {});
    }

    /**
     * Creates an empty registry.
     *
     * @param failures logs that a check failed: gets the component's name and what the check threw
     */
    public HealthChecks(BiConsumer<String, RuntimeException> failures) {
        this.failures = failures;
    }

    /**
     * Adds a check.
     *
     * @param check the service
     * @param properties its service properties
     */
    public void add(HealthCheck check, Map<String, ?> properties) {
        names.put(check, String.valueOf(properties.get(HealthCheck.NAME)));
    }

    /**
     * Removes a check; a no-op if it wasn't added.
     *
     * @param check the service
     */
    public void remove(HealthCheck check) {
        names.remove(check);
    }

    /**
     * Runs all checks. One that fails counts as down; if several have the same name, the worst result counts.
     *
     * @return the health of each component by name
     */
    public SortedMap<String, Health> run() {
        SortedMap<String, Health> results = new TreeMap<>();
        names.forEach((check, name) -> results.merge(name, run(check, name), HealthChecks::worse));
        return results;
    }

    private Health run(HealthCheck check, String name) {
        try {
            return check.check();
        } catch (RuntimeException e) {
            failures.accept(name, e);
            return Health.down("the health check failed: " + FailureText.of(e));
        }
    }

    private static Health worse(Health one, Health other) {
        return !one.ready() || (one.degraded() && other.ready()) ? one : other;
    }
}
