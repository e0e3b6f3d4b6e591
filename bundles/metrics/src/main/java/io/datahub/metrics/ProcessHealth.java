package io.datahub.metrics;

import io.datahub.api.FileDescriptors;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Checks that the process has file descriptors, heap and direct buffer memory left: down if less than a tenth of the
 * descriptors or of the heap is free, degraded if less than a tenth of the direct buffer memory is. (The virtual
 * machine collects unused buffers only when a new one doesn't fit, so they may only seem to be in use.) Measures at
 * most once a second. For any thread.
 */
@Component(property = HealthCheck.NAME + "=process")
public final class ProcessHealth implements HealthCheck {

    private static final long CHECK_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MIB = 1024 * 1024;

    // guarded by this
    private Health last;
    private long checkedAtNanos;
    private boolean countAvailable;

    @Activate
    public ProcessHealth() {}

    @Override
    public synchronized Health check() {
        long now = System.nanoTime();
        if (last == null || now - checkedAtNanos > CHECK_INTERVAL_NANOS) {
            OptionalLong open = openOrMax(FileDescriptors.open());
            last = evaluate(
                    open,
                    FileDescriptors.max(),
                    new Heap(live(), used(), Runtime.getRuntime().maxMemory()),
                    DirectMemory.measure());
            checkedAtNanos = now;
        }
        return last;
    }

    /** Returns the maximum if no descriptor is left to count them with, although counting worked before. */
    private synchronized OptionalLong openOrMax(OptionalLong open) {
        countAvailable |= open.isPresent();
        return open.isEmpty() && countAvailable ? OptionalLong.of(FileDescriptors.max()) : open;
    }

    /**
     * The heap, in bytes.
     *
     * @param live what was in use after the last garbage collections
     * @param used what is in use now, including garbage; as long as there is free heap, {@code live} may be out of date
     */
    record Heap(long live, long used, long max) {

        private boolean isShort() {
            return isLow(live, max) && isLow(used, max);
        }
    }

    /**
     * Evaluates the measured values.
     *
     * @param open number of open descriptors; empty if unknown
     */
    static Health evaluate(OptionalLong open, long max, Heap heap, DirectMemory direct) {
        if (open.isPresent() && isLow(open.getAsLong(), max)) {
            return Health.down(open.getAsLong() + " of " + max + " file descriptors are open; raise the limit of open"
                    + " files (ulimit -n, LimitNOFILE), or lower maxConnections in io.datahub.jetty.cfg and"
                    + " io.datahub.zeromq.cfg");
        }
        if (heap.isShort()) {
            return Health.down(heap.live() / MIB + " of " + heap.max() / MIB
                    + " MiB of the heap are in use after garbage collection; raise JAVA_MAX_MEM, or lower"
                    + " maxQueuedBytes and maxSubscriptionBytes in io.datahub.broker.cfg");
        }
        if (direct.max() > 0 && isLow(direct.used(), direct.max())) {
            return Health.degraded(direct.used() / MIB + " of " + direct.max() / MIB
                    + " MiB of direct buffer memory are in use; raise JAVA_MAX_DIRECT_MEM, or lower maxConnections in"
                    + " io.datahub.jetty.cfg and io.datahub.zeromq.cfg");
        }
        return Health.ready((open.isPresent() ? "descriptors=" + open.getAsLong() + "/" + max + " " : "") + "heapMiB="
                + heap.used() / MIB + "/" + heap.max() / MIB + " directMiB=" + direct.used() / MIB
                + (direct.max() > 0 ? "/" + direct.max() / MIB : ""));
    }

    private static boolean isLow(long used, long max) {
        return used > max - max / 10;
    }

    private static long used() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Returns the heap in use after the last garbage collection of each memory pool. */
    private static long live() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .map(MemoryPoolMXBean::getCollectionUsage)
                .mapToLong(java.lang.management.MemoryUsage::getUsed)
                .sum();
    }
}
