package io.datahub.store.write;

import io.datahub.api.record.Draft;
import io.datahub.api.record.WriteRequest;
import io.datahub.store.TestHub;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Benchmark of writing, reading and scanning. Run manually with a folder on the disk to be tested. */
final class WriteSpeed {

    private static final int SMALL = 4 << 10;
    private static final int BUFFER = 1 << 18;
    private static final PrintStream OUT = System.out;

    private WriteSpeed() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        int files = Integer.parseInt(arguments[1]);
        long bytes = Long.parseLong(arguments[2]) << 20;
        try (TestHub hub = new TestHub(folder)) {
            hub.configure("maxUploadBytes", 1L << 40, "maxLastGoodBytes", 0L);
            for (int writers : new int[] {1, 4, 16, 16}) {
                small(hub, writers, files);
            }
            large(hub, bytes);
            large(hub, bytes);
            externalFiles(hub, folder, files);
            scan(hub);
            scan(hub);
            find(hub);
        }
    }

    private static void small(TestHub hub, int writers, int files) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        AtomicLong next = new AtomicLong();
        long begin = System.nanoTime();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            all.add(threads.submit(() -> {
                ByteBuffer bytes = ByteBuffer.allocateDirect(SMALL);
                for (long n = next.getAndIncrement(); n < files; n = next.getAndIncrement()) {
                    write(hub, "small/" + writers + "/" + n % 100 + "/f" + n, bytes, SMALL);
                }
                return null;
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        threads.shutdown();
        report("writers=" + writers + " files of 4 KiB", files, begin, "files/s");
    }

    private static void write(TestHub hub, String path, ByteBuffer buffer, long size) throws Exception {
        try (Draft upload = hub.records
                .begin(new WriteRequest(TestHub.ADMIN, "bench", TestHub.path(path)))
                .get()) {
            for (long left = size; left > 0; left -= buffer.capacity()) {
                upload.append(buffer.clear());
            }
            upload.commit().get();
        }
    }

    private static void large(TestHub hub, long bytes) throws Exception {
        long begin = System.nanoTime();
        write(hub, "large", ByteBuffer.allocateDirect(BUFFER), bytes);
        report("one upload of " + (bytes >> 20) + " MiB", bytes >> 20, begin, "MiB/s");
    }

    private static void externalFiles(TestHub hub, Path folder, int files) throws Exception {
        for (int i = 0; i < files; i++) {
            Path file = folder.resolve("files/outside/" + i % 1000 + "/f" + i);
            if (i < 1000) {
                Files.createDirectories(file.getParent());
            }
            Files.writeString(file, "outside");
        }
        long begin = System.nanoTime();
        hub.check("");
        report("scan that finds new files", files, begin, "files/s");
    }

    private static void scan(TestHub hub) throws Exception {
        long begin = System.nanoTime();
        hub.check("");
        report("scan of unchanged files", hub.metadata.size(), begin, "files/s");
    }

    private static void find(TestHub hub) throws Exception {
        int rounds = 200_000;
        for (int i = 0; i < 2; i++) {
            long begin = System.nanoTime();
            for (int n = 0; n < rounds; n++) {
                hub.records
                        .open(TestHub.ADMIN, TestHub.path("small/1/" + n % 100 + "/f" + n % 100))
                        .get()
                        .close();
            }
            report("open and close", rounds, begin, "records/s");
        }
    }

    private static void report(String what, long count, long begin, String unit) {
        double seconds = (System.nanoTime() - begin) / 1e9;
        OUT.printf("%s: %.2f s, %.0f %s%n", what, seconds, count / seconds, unit);
    }
}
