package io.datahub.store.reconcile;

import io.datahub.api.path.RecordPath;
import io.datahub.store.TestHub;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Benchmark: how the duration of a scan without changes grows with the size of the tree, compared with {@code find}.
 * Run manually with a folder on the disk to be tested and a number of files, which are put ten to a directory.
 */
final class ScanSpeed {

    private static final PrintStream OUT = System.out;
    private static final int IN_A_DIRECTORY = 10;
    private static final int ROUNDS = 5;

    private ScanSpeed() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        int files = Integer.parseInt(arguments[1]);
        Path tree = folder.resolve("files/tree");
        if (!Files.exists(tree)) {
            make(tree, files);
            // A rebuilt index takes the files as they are, without reading them.
            Files.createDirectories(folder.resolve("state"));
            Files.createFile(folder.resolve("state/store.mv"));
        }
        long begin = System.nanoTime();
        try (TestHub hub = new TestHub(folder)) {
            OUT.printf("files=%d open_ms=%d%n", hub.metadata.size(), millisSince(begin));
            for (int i = 0; i < ROUNDS; i++) {
                long find = find(folder);
                long cpu = cpu();
                begin = System.nanoTime();
                hub.disk.reconcile(RecordPath.ROOT, Duration.ZERO, path -> {
                    throw new IllegalStateException(path + " differs");
                });
                long scan = millisSince(begin);
                OUT.printf(
                        "scan_ms=%d scan_cpu_ms=%d find_ms=%d ratio=%.2f peak_heap_mib=%d%n",
                        scan, TimeUnit.NANOSECONDS.toMillis(cpu() - cpu), find, (double) scan / find, peakMiB());
            }
            OUT.println(hub.health());
        }
    }

    private static void make(Path tree, int files) throws Exception {
        for (int i = 0; i < files; i++) {
            int number = i / IN_A_DIRECTORY;
            Path directory = tree.resolve(number / 1_000 + "/" + number / 100 + "/" + number);
            if (i % IN_A_DIRECTORY == 0) {
                Files.createDirectories(directory);
            }
            Files.createFile(directory.resolve("artifact-" + i + ".bin"));
        }
    }

    private static long find(Path folder) throws Exception {
        long begin = System.nanoTime();
        new ProcessBuilder(List.of("find", folder.resolve("files").toString(), "-printf", "%s %T@\n"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        return millisSince(begin);
    }

    private static long millisSince(long begin) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    private static long cpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static long peakMiB() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getType() == java.lang.management.MemoryType.HEAP)
                        .map(MemoryPoolMXBean::getPeakUsage)
                        .mapToLong(usage -> usage.getUsed())
                        .sum()
                >> 20;
    }
}
