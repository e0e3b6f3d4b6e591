package io.datahub.jetty.server;

import io.datahub.api.metric.MetricReport;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;

/** Counts completed requests by status class, and the bytes of request and response bodies. Thread-safe. */
final class RequestCounts implements RequestLog {

    private static final int CLASSES = 5;

    private final LongAdder[] responses = new LongAdder[CLASSES];
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();

    RequestCounts() {
        for (int i = 0; i < CLASSES; i++) {
            responses[i] = new LongAdder();
        }
    }

    @Override
    public void log(Request request, Response response) {
        int statusClass = response.getStatus() / 100 - 1;
        if (statusClass >= 0 && statusClass < CLASSES) {
            responses[statusClass].increment();
        }
        received.add(Math.max(0, Request.getContentBytesRead(request)));
        sent.add(Math.max(0, Response.getContentBytesWritten(response)));
    }

    void report(MetricReport report) {
        for (int i = 0; i < CLASSES; i++) {
            report.counter(
                    "datahub_http_requests_total",
                    "Completed HTTP requests, by status class",
                    responses[i].sum(),
                    "status",
                    (i + 1) + "xx");
        }
        report.counter("datahub_http_received_bytes_total", "Bytes received in request bodies", received.sum());
        report.counter("datahub_http_sent_bytes_total", "Bytes sent in response bodies", sent.sum());
    }
}
