package io.datahub.ssh.session;

import io.datahub.api.metric.MetricReport;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts the files transferred over SSH. Thread-safe. */
public final class TransferMetrics {

    /** The protocol of a transfer. */
    public enum Protocol {
        SFTP,
        SCP,
        RSYNC
    }

    /** How a transfer ended. */
    public enum Result {
        /** A file was sent to the client. */
        SENT,
        /** A file of the client became a version of a record. */
        STORED,
        /** A file of the client was refused. */
        REFUSED
    }

    private final Map<Protocol, Map<Result, LongAdder>> counts = new EnumMap<>(Protocol.class);

    public TransferMetrics() {
        for (Protocol protocol : Protocol.values()) {
            Map<Result, LongAdder> results = new EnumMap<>(Result.class);
            for (Result result : Result.values()) {
                results.put(result, new LongAdder());
            }
            counts.put(protocol, results);
        }
    }

    /** Counts one file. */
    public void count(Protocol protocol, Result result) {
        counts.get(protocol).get(result).increment();
    }

    /** Reports the counts. */
    public void report(MetricReport report) {
        counts.forEach((protocol, results) -> results.forEach((result, count) -> report.counter(
                "datahub_ssh_files_total",
                "Files transferred over SSH, by protocol and result",
                count.sum(),
                "protocol",
                label(protocol),
                "result",
                label(result))));
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
