package io.datahub.api.metric;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Tells the figures of one part of the hub. Registered as a service with the property {@link #PART}; asked whenever somebody
 * looks, from any thread, so the figures must be at hand: counting is the part's own business, and costs nothing here while
 * nobody looks.
 */
@ConsumerType
public interface MetricSource {

    /** Service property: the part's short name, such as {@code store}. */
    String PART = "datahub.metrics.part";

    /** Tells every figure that there is, also those that are zero. */
    void report(MetricReport report);
}
