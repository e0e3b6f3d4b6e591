package io.datahub.api.metric;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Receives the metrics of a {@link MetricSource}. Names follow the Prometheus conventions: {@code datahub_}, words in
 * lower case, the base unit (seconds, bytes), and {@code _total} for counters. A metric can be reported several times
 * with different labels; help and type must then be the same.
 *
 * <p>Labels are alternating names and values. Values must come from small fixed sets: never a user, a path, a topic or
 * an address.
 */
@ProviderType
public interface MetricReport {

    /**
     * A value that only increases until the hub restarts.
     *
     * @param name the metric, such as {@code datahub_events_in_total}
     * @param help one line that describes it
     * @param value the current value
     * @param labels names and values, alternating
     */
    void counter(String name, String help, Number value, String... labels);

    /**
     * A value that can go up and down.
     *
     * @param name the metric
     * @param help one line that describes it
     * @param value the current value
     * @param labels names and values, alternating
     */
    void gauge(String name, String help, Number value, String... labels);

    /**
     * A distribution of durations, in seconds.
     *
     * @param name the metric, which ends in {@code _seconds}
     * @param help one line that describes it
     * @param durations the durations
     * @param labels names and values, alternating
     */
    void histogram(String name, String help, Histogram durations, String... labels);
}
