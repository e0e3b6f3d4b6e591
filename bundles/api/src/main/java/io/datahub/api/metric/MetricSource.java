package io.datahub.api.metric;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Reports the metrics of a component of the hub. Registered as a service with the property {@link #COMPONENT}; called
 * on each scrape, from any thread, so values must be readily available: the component does its own counting, and this
 * interface costs nothing between scrapes.
 */
@ConsumerType
public interface MetricSource {

    /** Service property: the component's short name, such as {@code store}. */
    String COMPONENT = "datahub.metrics.component";

    /**
     * Reports every metric, including those that are zero.
     *
     * @param report receives the metrics
     */
    void report(MetricReport report);
}
