/** Gathers what each part counts and measures, and shows it at {@code /metrics} and by JMX. */
package io.datahub.metrics;
