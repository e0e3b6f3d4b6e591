package io.datahub.zeromq;

import io.datahub.api.event.Published;
import io.datahub.api.log.LogLimit;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricReport;
import io.datahub.zeromq.zmtp.DisconnectReason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts closed connections by reason. Logs abnormal disconnects and refused messages, at most 60 lines a minute.
 * Thread-safe.
 */
final class DisconnectMetrics {

    private static final Logger LOG = LoggerFactory.getLogger(DisconnectMetrics.class);

    private final Map<DisconnectReason, LongAdder> counts = new EnumMap<>(DisconnectReason.class);
    private final LogLimit limit = new LogLimit(60, Duration.ofMinutes(1));

    DisconnectMetrics() {
        for (DisconnectReason reason : DisconnectReason.values()) {
            counts.put(reason, new LongAdder());
        }
    }

    void closed(DisconnectReason reason, String detail, Object peer) {
        counts.get(reason).increment();
        if (!reason.isAbnormal()) {
            LOG.debug(
                    "event=zeromq.connection.closed peer={} reason={} detail={}",
                    peer,
                    reason.label(),
                    LogText.quoted(detail));
            return;
        }
        LogLimit.Decision decision = limit.next();
        if (decision.mayWrite()) {
            LOG.info(
                    "event=zeromq.connection.closed peer={} reason={} detail={} suppressed={}",
                    peer,
                    reason.label(),
                    LogText.quoted(detail),
                    decision.suppressed());
        }
    }

    /** Logs that a message isn't published; called for the first one of each connection. */
    void refused(Object peer, String topic, Published result) {
        LogLimit.Decision decision = limit.next();
        if (decision.mayWrite()) {
            LOG.warn(
                    "event=zeromq.message.refused peer={} topic={} reason={} suppressed={}",
                    peer,
                    LogText.quoted(topic),
                    result,
                    decision.suppressed());
        }
    }

    void report(MetricReport report) {
        counts.forEach((reason, count) -> report.counter(
                "datahub_zeromq_closed_total",
                "Closed ZeroMQ connections, by reason",
                count.sum(),
                "reason",
                reason.label()));
    }

    long count(DisconnectReason reason) {
        return counts.get(reason).sum();
    }

    /** The total number of disconnects. */
    long count() {
        return counts.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** The abnormal reasons that occurred with their counts, such as {@code bad_frame=2 unauthenticated=1}. */
    @Override
    public String toString() {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().isAbnormal() && entry.getValue().sum() > 0)
                .map(entry -> entry.getKey().label() + "=" + entry.getValue().sum())
                .collect(Collectors.joining(" "));
    }
}
