package io.datahub.zeromq;

import io.datahub.api.event.Published;
import io.datahub.api.log.LogLimit;
import io.datahub.api.metric.MetricReport;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts closed connections by reason, and logs the abnormal ones, and what is refused, sixty lines a minute. For any thread. */
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
            LOG.debug("zeromq closed peer={} reason={} detail=\"{}\"", peer, reason.word(), detail);
            return;
        }
        LogLimit.Decision line = limit.next();
        if (line.mayWrite()) {
            LOG.info(
                    "zeromq closed peer={} reason={} detail=\"{}\" leftOut={}",
                    peer,
                    reason.word(),
                    detail,
                    line.leftOut());
        }
    }

    /** A message isn't carried; for the first of a connection. */
    void refused(Object peer, String topic, Published why) {
        LogLimit.Decision line = limit.next();
        if (line.mayWrite()) {
            LOG.warn(
                    "zeromq refused peer={} topic=\"{}\" reason={} leftOut={} (logged once for a connection)",
                    peer,
                    topic,
                    why,
                    line.leftOut());
        }
    }

    void report(MetricReport report) {
        counts.forEach((reason, count) -> report.counter(
                "datahub_zeromq_closed_total",
                "ZeroMQ connections that were closed, by reason",
                count.sum(),
                "reason",
                reason.word()));
    }

    long count(DisconnectReason reason) {
        return counts.get(reason).sum();
    }

    /** All there were. */
    long count() {
        return counts.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** All abnormal ones that occurred, such as {@code bad_frame=2 unauthenticated=1}. */
    @Override
    public String toString() {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().isAbnormal() && entry.getValue().sum() > 0)
                .map(entry -> entry.getKey().word() + "=" + entry.getValue().sum())
                .collect(Collectors.joining(" "));
    }
}
