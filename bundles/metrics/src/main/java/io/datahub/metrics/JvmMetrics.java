package io.datahub.metrics;

import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/** Metrics of the process and its Java virtual machine, under the names that Prometheus client libraries use. */
final class JvmMetrics implements MetricSource {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;
    private static final double KIB = 1024;

    @Override
    public void report(MetricReport report) {
        memory(report);
        threads(report);
        collections(report);
        process(report);
    }

    private static void memory(MetricReport report) {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        MemoryUsage other = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
        String used = "Used memory of the Java virtual machine, in bytes";
        report.gauge("jvm_memory_used_bytes", used, heap.getUsed(), "area", "heap");
        report.gauge("jvm_memory_used_bytes", used, other.getUsed(), "area", "nonheap");
        String max = "Maximum memory of the Java virtual machine, in bytes; -1 for no limit";
        report.gauge("jvm_memory_max_bytes", max, heap.getMax(), "area", "heap");
        report.gauge("jvm_memory_max_bytes", max, other.getMax(), "area", "nonheap");
        ManagementFactory.getPlatformMXBeans(java.lang.management.BufferPoolMXBean.class)
                .forEach(pool -> report.gauge(
                        "jvm_buffer_pool_used_bytes",
                        "Used memory of buffers outside the heap, in bytes",
                        pool.getMemoryUsed(),
                        "pool",
                        pool.getName()));
    }

    private static void threads(MetricReport report) {
        report.gauge(
                "jvm_threads_current",
                "Number of threads",
                ManagementFactory.getThreadMXBean().getThreadCount());
        report.gauge(
                "jvm_classes_loaded",
                "Number of loaded classes",
                ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
    }

    private static void collections(MetricReport report) {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            String[] labels = {"gc", collector.getName()};
            report.counter(
                    "jvm_gc_collections_total",
                    "Number of garbage collections",
                    collector.getCollectionCount(),
                    labels);
            report.counter(
                    "jvm_gc_seconds_total",
                    "Time spent in garbage collection, in seconds",
                    collector.getCollectionTime() / MILLIS,
                    labels);
        }
    }

    private static void process(MetricReport report) {
        report.gauge(
                "process_start_time_seconds",
                "Start time of the process, in seconds since 1970-01-01 UTC",
                ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS);
        attribute("ProcessCpuTime")
                .ifPresent(time -> report.counter(
                        "process_cpu_seconds_total", "CPU time of the process, in seconds", time / NANOS));
        attribute("OpenFileDescriptorCount")
                .ifPresent(open -> report.gauge("process_open_fds", "Number of open file descriptors", open));
        attribute("MaxFileDescriptorCount")
                .ifPresent(max -> report.gauge("process_max_fds", "Maximum number of open file descriptors", max));
        residentBytes()
                .ifPresent(size -> report.gauge(
                        "process_resident_memory_bytes", "Resident memory of the process, in bytes", size));
    }

    /** Returns an attribute of the operating system's MXBean that not every platform has. */
    private static OptionalDouble attribute(String name) {
        try {
            Object value = ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(new ObjectName("java.lang:type=OperatingSystem"), name);
            return value instanceof Number number ? OptionalDouble.of(number.doubleValue()) : OptionalDouble.empty();
        } catch (JMException | RuntimeException e) { // for example if no descriptor is left to count them with
            return OptionalDouble.empty();
        }
    }

    private static Optional<Double> residentBytes() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
