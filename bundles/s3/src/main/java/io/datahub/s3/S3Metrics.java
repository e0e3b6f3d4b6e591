package io.datahub.s3;

import io.datahub.api.metric.Histogram;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts and times the requests. Thread-safe. */
final class S3Metrics implements MetricSource {

    private final Map<String, Histogram> durations = new TreeMap<>();
    private final Retries retries;
    private final LongAdder failed = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();
    private final LongAdder receivedBytes = new LongAdder();
    private final Progress lastSuccess = new Progress();
    private volatile IOException lastFailure;

    S3Metrics(Retries retries) {
        this.retries = retries;
        for (String method : new String[] {"DELETE", "GET", "HEAD", "POST", "PUT"}) {
            durations.put(method, new Histogram());
        }
    }

    /** Times a request until the head of its answer. */
    <T> T measure(String method, Retries.Attempt<T> request) throws IOException {
        long start = System.nanoTime();
        try {
            T answer = request.run();
            succeeded();
            return answer;
        } catch (S3Exception e) {
            if (e.status() == 404) {
                succeeded();
            } else {
                failed(e);
            }
            throw e;
        } catch (IOException e) {
            failed(e);
            throw e;
        } finally {
            durations.get(method).recordSince(start);
        }
    }

    /** The store has answered. */
    void succeeded() {
        lastSuccess.stamp();
        lastFailure = null;
    }

    /** A request has failed. */
    void failed(IOException failure) {
        failed.increment();
        lastFailure = failure;
    }

    /** What failed last, if nothing has succeeded since; otherwise null. */
    IOException lastFailure() {
        return lastFailure;
    }

    /** How long ago the store answered last, in nanoseconds. */
    long idleNanos() {
        return lastSuccess.idleNanos();
    }

    void sent(long bytes) {
        sentBytes.add(bytes);
    }

    /** The same stream, whose bytes are counted. */
    InputStream counting(InputStream body) {
        return new FilterInputStream(body) {
            @Override
            public int read(byte[] bytes, int offset, int count) throws IOException {
                int read = super.read(bytes, offset, count);
                receivedBytes.add(Math.max(0, read));
                return read;
            }
        };
    }

    @Override
    public void report(MetricReport report) {
        durations.forEach((method, histogram) -> report.histogram(
                "datahub_blob_request_seconds",
                "Duration of requests to the S3 store until the head of the answer, by method",
                histogram,
                "method",
                method));
        report.counter("datahub_blob_requests_failed_total", "Requests to the S3 store that failed", failed.sum());
        report.counter(
                "datahub_blob_requests_repeated_total",
                "Requests to the S3 store that were repeated after a failure",
                retries.repeated());
        report.counter("datahub_blob_bytes_sent_total", "Bytes stored in the S3 store", sentBytes.sum());
        report.counter("datahub_blob_bytes_received_total", "Bytes read from the S3 store", receivedBytes.sum());
    }
}
