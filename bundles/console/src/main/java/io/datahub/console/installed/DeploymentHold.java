package io.datahub.console.installed;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether features are being deployed: until that is finished, their bundles can't be told from those that were installed
 * individually. A deployment that fails halfway is never reported as finished, so it holds for a limited time. Thread-safe.
 */
final class DeploymentHold {

    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final LongSupplier nanos;
    private boolean isDeploying; // guarded by this
    private long since; // guarded by this
    private long count; // guarded by this

    /** @param nanos a clock that is never set, in nanoseconds */
    DeploymentHold(LongSupplier nanos) {
        this.nanos = nanos;
    }

    synchronized void begin() {
        since = nanos.getAsLong();
        isDeploying = true;
        count++;
    }

    /** How many deployments have begun: what was read meanwhile may be of a state in between. */
    synchronized long count() {
        return count;
    }

    synchronized void end() {
        isDeploying = false;
    }

    synchronized boolean isActive() {
        return isDeploying && nanos.getAsLong() - since < TIMEOUT_NANOS;
    }
}
