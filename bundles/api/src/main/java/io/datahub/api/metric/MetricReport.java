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

    /** A value that only increases until the hub restarts. */
    void counter(String name, String help, Number value, String... labels);

    /** A value that can go up and down. */
    void gauge(String name, String help, Number value, String... labels);

    /** A distribution of durations, in seconds. */
    void histogram(String name, String help, Histogram durations, String... labels);
}
