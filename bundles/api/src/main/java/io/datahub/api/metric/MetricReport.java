package io.datahub.api.metric;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Takes down the figures that a {@link MetricSource} tells. Names follow the conventions of Prometheus: {@code datahub_},
 * words in lower case, the base unit (seconds, bytes), and {@code _total} for counters. A figure can be told several times
 * with different labels; help and kind are then the same.
 *
 * <p>Labels are names and values in turn. Values come from small fixed sets: never a user, a path, a topic or an address.
 */
@ProviderType
public interface MetricReport {

    /** What only grows until the hub restarts. */
    void counter(String name, String help, Number value, String... labels);

    /** What goes up and down. */
    void gauge(String name, String help, Number value, String... labels);

    /** How durations are spread, in seconds. */
    void histogram(String name, String help, Histogram durations, String... labels);
}
