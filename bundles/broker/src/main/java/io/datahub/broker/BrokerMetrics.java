package io.datahub.broker;

import io.datahub.api.event.SessionInfo;
import io.datahub.api.metric.MetricReport;
import io.datahub.broker.queue.EventCounters;
import io.datahub.broker.queue.GlobalQueueLimit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Reports the broker's metrics. Thread-safe. */
final class BrokerMetrics {

    private final EventCounters counters;
    private final GlobalQueueLimit queueLimit;

    /** All transports seen so far, so that one without connections is reported as zero. */
    private final Map<String, Boolean> transports = new ConcurrentHashMap<>();

    BrokerMetrics(EventCounters counters, GlobalQueueLimit queueLimit) {
        this.counters = counters;
        this.queueLimit = queueLimit;
    }

    void report(MetricReport report, List<SessionInfo> sessions) {
        report.counter("datahub_events_in_total", "Events accepted from publishers", counters.in());
        report.counter("datahub_events_out_total", "Events delivered to transports", counters.out());
        report.counter("datahub_events_lost_total", "Events lost by subscribers that were too slow", counters.lost());
        report.counter("datahub_events_refused_total", "Events of publishers that were refused", counters.refused());
        report.counter("datahub_event_bytes_in_total", "Bytes of accepted events", counters.bytesIn());
        report.counter("datahub_event_bytes_out_total", "Bytes of events delivered to transports", counters.bytesOut());
        report.gauge("datahub_queued_bytes", "Bytes queued for all subscribers", queueLimit.bytes());
        report.gauge(
                "datahub_queued_bytes_limit", "Limit of the bytes queued for all subscribers", queueLimit.maxBytes());
        report.histogram(
                "datahub_delivery_delay_seconds",
                "Delay from publication until a transport takes the event, sampled",
                counters.delays());
        sessions(sessions, report);
    }

    private void sessions(List<SessionInfo> sessions, MetricReport report) {
        Map<String, Integer> connections = new TreeMap<>();
        long subscriptions = 0;
        for (SessionInfo session : sessions) {
            String transport = session.login().origin().transport();
            transports.put(transport, true);
            connections.merge(transport, 1, Integer::sum);
            subscriptions += session.subscriptions();
        }
        transports.keySet().forEach(transport -> connections.putIfAbsent(transport, 0));
        connections.forEach((transport, count) ->
                report.gauge("datahub_connections", "Connected clients, by transport", count, "transport", transport));
        report.gauge("datahub_subscriptions", "Subscriptions of all clients", subscriptions);
    }
}
