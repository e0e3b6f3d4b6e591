package io.datahub.zeromq;

import io.datahub.api.metric.MetricReport;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts closed connections by reason, and logs the abnormal ones, a few a second. For any thread. */
final class Closures {

    private static final Logger LOG = LoggerFactory.getLogger(Closures.class);
    private static final int LINES_A_SECOND = 10;

    private final Map<Closure, LongAdder> counts = new EnumMap<>(Closure.class);
    private final AtomicLong second = new AtomicLong();
    private final AtomicLong lines = new AtomicLong();

    Closures() {
        for (Closure reason : Closure.values()) {
            counts.put(reason, new LongAdder());
        }
    }

    void closed(Closure reason, String detail, Object peer) {
        counts.get(reason).increment();
        if (!reason.isAbnormal()) {
            LOG.debug("zeromq closed peer={} reason={} detail=\"{}\"", peer, reason.word(), detail);
        } else if (mayLog()) {
            LOG.info("zeromq closed peer={} reason={} detail=\"{}\"", peer, reason.word(), detail);
        }
    }

    private boolean mayLog() {
        long now = System.nanoTime() / 1_000_000_000;
        if (second.getAndSet(now) != now) {
            long before = lines.getAndSet(0);
            if (before > LINES_A_SECOND) {
                LOG.info("zeromq closed more={} in a second", before - LINES_A_SECOND);
            }
        }
        return lines.incrementAndGet() <= LINES_A_SECOND;
    }

    void report(MetricReport report) {
        counts.forEach((reason, count) -> report.counter(
                "datahub_zeromq_closed_total",
                "ZeroMQ connections that were closed, by reason",
                count.sum(),
                "reason",
                reason.word()));
    }

    long count(Closure reason) {
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
