package io.datahub.metrics;

import io.datahub.api.Descriptors;
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
 * Whether the process has file descriptors and heap left: down when less than a tenth of either is. Looks at most once a
 * second. For any thread.
 */
@Component(property = HealthCheck.NAME + "=process")
public final class ProcessHealth implements HealthCheck {

    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MIB = 1024 * 1024;

    // guarded by this
    private Health last;
    private long lookedAt;
    private boolean couldCount;

    @Activate
    public ProcessHealth() {}

    @Override
    public synchronized Health check() {
        long now = System.nanoTime();
        if (last == null || now - lookedAt > PAUSE_NANOS) {
            OptionalLong open = counted(Descriptors.open());
            last = judge(
                    open,
                    Descriptors.most(),
                    live(),
                    used(),
                    Runtime.getRuntime().maxMemory());
            lookedAt = now;
        }
        return last;
    }

    /** All, where none is left to count them with, as it could be done before. */
    private synchronized OptionalLong counted(OptionalLong open) {
        couldCount |= open.isPresent();
        return open.isEmpty() && couldCount ? OptionalLong.of(Descriptors.most()) : open;
    }

    /**
     * What these figures mean.
     *
     * @param open descriptors that are open; empty if that can't be found out
     * @param live bytes of the heap that were in use after collections
     * @param used bytes that are in use now, garbage included; where there is room, {@code live} may be out of date
     */
    static Health judge(OptionalLong open, long most, long live, long used, long heap) {
        if (open.isPresent() && isShort(open.getAsLong(), most)) {
            return Health.down(open.getAsLong() + " of " + most + " file descriptors are open; raise the limit of open"
                    + " files (ulimit -n, LimitNOFILE), or lower maxConnections in io.datahub.jetty.cfg and"
                    + " io.datahub.zeromq.cfg");
        }
        if (isShort(live, heap) && isShort(used, heap)) {
            return Health.down(
                    live / MIB + " of " + heap / MIB + " MiB of the heap are in use for good; give the hub"
                            + " more (JAVA_MAX_MEM), or lower maxQueuedBytes and maxSubscriptionBytes in io.datahub.broker.cfg");
        }
        return Health.ready((open.isPresent() ? "descriptors=" + open.getAsLong() + "/" + most + " " : "") + "heapMiB="
                + used / MIB + "/" + heap / MIB);
    }

    private static boolean isShort(long used, long most) {
        return used > most - most / 10;
    }

    private static long used() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** What was left of each part of the heap when it was collected last. */
    private static long live() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .map(MemoryPoolMXBean::getCollectionUsage)
                .mapToLong(java.lang.management.MemoryUsage::getUsed)
                .sum();
    }
}
