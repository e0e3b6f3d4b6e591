package io.datahub.nats;

import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.nats.stream.RelayCounters;

/** Reports the metrics of the relay. */
final class RelayMetrics implements MetricSource {

    private final Relay relay;

    RelayMetrics(Relay relay) {
        this.relay = relay;
    }

    @Override
    public void report(MetricReport report) {
        RelayCounters counters = relay.counters();
        report.gauge(
                "datahub_relay_connected",
                "Whether the hub is connected to NATS",
                relay.link().failure().isEmpty() ? 1 : 0);
        report.gauge(
                "datahub_relay_hubs", "Other hubs that are there", relay.hubs().size());
        report.gauge("datahub_relay_queued_bytes", "Bytes that wait for other hubs", relay.queuedBytes());
        report.counter("datahub_relay_events_sent_total", "Events sent, for each hub", counters.sent());
        report.counter(
                "datahub_relay_events_unsent_total",
                "Events not sent because too much waited for a hub, for each hub",
                counters.unsent());
        report.counter("datahub_relay_events_received_total", "Events received from hubs", counters.received());
        report.counter("datahub_relay_events_lost_total", "Events lost on their way to this hub", counters.lost());
        report.counter(
                "datahub_relay_messages_malformed_total",
                "Messages that weren't understood, or failed to be processed",
                counters.malformedMessages());
    }
}
