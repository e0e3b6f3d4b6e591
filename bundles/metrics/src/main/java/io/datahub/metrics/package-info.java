/** Collects the metrics of each component, and publishes them at {@code /metrics} and by JMX. */
package io.datahub.metrics;
