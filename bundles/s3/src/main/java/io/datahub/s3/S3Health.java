package io.datahub.s3;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.FailureText;
import java.io.IOException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Whether the store answers. Asks it for the bucket when no request was answered for a while. Without it, uploads and
 * downloads get 503, but events and listings work, at this hub as at all others: so the hub is degraded, but ready.
 */
final class S3Health implements HealthCheck, AutoCloseable {

    private static final long INTERVAL_MILLIS = 5_000;

    private final ObjectRequests objects;
    private final S3Metrics metrics;
    private final S3Location location;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> {
        Thread daemon = new Thread(task, "datahub-s3-health");
        daemon.setDaemon(true);
        return daemon;
    });

    private final ScheduledFuture<?> probe;

    S3Health(ObjectRequests objects, S3Metrics metrics, S3Location location) {
        this.objects = objects;
        this.metrics = metrics;
        this.location = location;
        probe = thread.scheduleWithFixedDelay(this::ask, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void ask() {
        if (metrics.lastFailure() != null || metrics.idleNanos() > TimeUnit.MILLISECONDS.toNanos(INTERVAL_MILLIS)) {
            try {
                objects.head();
                metrics.succeeded();
            } catch (IOException e) {
                metrics.failed(e);
            }
        }
    }

    @Override
    public Health check() {
        IOException failure = metrics.lastFailure();
        return failure == null
                ? Health.ready("store=" + location)
                : Health.degraded("store=" + location + " failed: " + FailureText.of(failure)
                        + "; uploads and downloads wait for it or get 503; check the store, the network, and the keys"
                        + " blobs and secrets of io.datahub.cluster.cfg");
    }

    @Override
    public void close() {
        probe.cancel(true);
        thread.shutdownNow();
    }
}
