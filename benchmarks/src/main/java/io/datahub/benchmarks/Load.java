package io.datahub.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures end to end: publishers and subscribers on sockets, with a hub in between. Arguments are {@code key=value};
 * the user and its token are read from {@code DATAHUB_USER} and {@code DATAHUB_TOKEN}, which is empty for a broker without authentication; the user must be granted the
 * topics {@code bench.}. See {@code docs/explanation/performance.md}.
 */
public final class Load {

    private static final int BATCH_BYTES = 65_536;
    private static final int MAX_PAYLOAD = 200_000;
    private static final long SECOND = 1_000_000_000L;

    private final Properties options;
    private final int publishers;
    private final int subscribers;
    private final int bytes;
    private final int rate;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final List<Histogram> delays = new ArrayList<>();
    private volatile boolean measuring;
    private volatile boolean stopped;

    private Load(Properties options) {
        this.options = options;
        publishers = number("publishers", 1);
        subscribers = number("subscribers", 1);
        bytes = number("bytes", 100);
        rate = number("rate", 0);
        if (bytes < Long.BYTES || bytes > MAX_PAYLOAD) {
            throw new IllegalArgumentException("bytes must be 8 to " + MAX_PAYLOAD);
        }
    }

    /**
     * Runs one measurement.
     *
     * @param arguments any of {@code host=127.0.0.1 port=5555 publishPort=PORT publishers=1 subscribers=1 bytes=100 rate=0
     *     type=PUSH warmup=3 seconds=5}; a broker may take events at another port than it sends them; the rate is in messages per second for all publishers together, 0 is as fast as possible
     */
    public static void main(String[] arguments) throws Exception {
        Properties options = new Properties();
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            options.setProperty(argument.substring(0, Math.max(0, at)), argument.substring(at + 1));
        }
        System.out.println(new Load(options).run());
        System.exit(0);
    }

    private int number(String key, int defaultValue) {
        return Integer.parseInt(options.getProperty(key, String.valueOf(defaultValue)));
    }

    private ZmtpPeer connect(String type, int port) throws IOException {
        return new ZmtpPeer(
                options.getProperty("host", "127.0.0.1"),
                port,
                System.getenv("DATAHUB_USER"),
                System.getenv("DATAHUB_TOKEN"),
                type);
    }

    private String run() throws IOException, InterruptedException {
        int port = number("port", 5555);
        for (int i = 0; i < subscribers; i++) {
            ZmtpPeer peer = connect("SUB", port);
            peer.subscribe("bench.");
            Histogram histogram = new Histogram();
            delays.add(histogram);
            start("subscriber-" + i, () -> receive(peer, histogram));
        }
        Thread.sleep(500);
        for (int i = 0; i < publishers; i++) {
            ZmtpPeer peer = connect(options.getProperty("type", "PUSH"), number("publishPort", port));
            start("publisher-" + i, () -> publish(peer));
        }
        Thread.sleep(1_000L * number("warmup", 3));
        measuring = true;
        long startNanos = System.nanoTime();
        long sentBefore = sent.get();
        long receivedBefore = received.get();
        Thread.sleep(1_000L * number("seconds", 5));
        double seconds = (System.nanoTime() - startNanos) / (double) SECOND;
        double in = (sent.get() - sentBefore) / seconds;
        double out = (received.get() - receivedBefore) / seconds;
        measuring = false;
        stopped = true;
        String line = String.format(
                "publishers=%d subscribers=%d bytes=%d rate=%d in_per_s=%.0f out_per_s=%.0f out_MB_per_s=%.1f"
                        + " total_received=%d",
                publishers, subscribers, bytes, rate, in, out, out * bytes / 1e6, received.get());
        return rate == 0 ? line : line + Histogram.percentiles(delays);
    }

    private interface Work {
        void run() throws IOException;
    }

    private void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        if (!stopped) {
                            System.err.println(name + ": " + e.getMessage());
                            System.exit(1);
                        }
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    private void receive(ZmtpPeer peer, Histogram histogram) throws IOException {
        long[] count = new long[1];
        while (!stopped) {
            count[0] = 0;
            peer.read(sentAt -> {
                count[0]++;
                if (measuring && rate > 0) {
                    histogram.add(System.nanoTime() - sentAt);
                }
            });
            received.addAndGet(count[0]);
        }
    }

    private void publish(ZmtpPeer peer) throws IOException {
        byte[] topic = "bench.000.xxxxxx".getBytes(StandardCharsets.US_ASCII);
        if (rate == 0) {
            byte[] message = ZmtpPeer.message(topic, new byte[bytes]);
            int batchSize = Math.max(1, BATCH_BYTES / message.length);
            ByteArrayOutputStream batch = new ByteArrayOutputStream();
            for (int i = 0; i < batchSize; i++) {
                batch.writeBytes(message);
            }
            byte[] all = batch.toByteArray();
            while (!stopped) {
                peer.write(all);
                sent.addAndGet(batchSize);
            }
            return;
        }
        byte[] payload = new byte[bytes];
        long interval = SECOND * publishers / rate;
        for (long due = System.nanoTime(); !stopped; due += interval) {
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            ByteBuffer.wrap(payload).putLong(System.nanoTime());
            peer.write(ZmtpPeer.message(topic, payload));
            sent.incrementAndGet();
        }
    }

    /** Latencies, sorted on demand. For one thread; read by another one only after it has stopped. */
    private static final class Histogram {

        private long[] nanos = new long[1 << 16];
        private int count;

        void add(long delay) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = delay;
        }

        static String percentiles(List<Histogram> all) {
            long[] sorted = all.stream()
                    .flatMapToLong(histogram -> Arrays.stream(histogram.nanos, 0, histogram.count))
                    .sorted()
                    .toArray();
            return sorted.length == 0
                    ? " nothing came"
                    : String.format(
                            " p50_us=%.0f p99_us=%.0f p999_us=%.0f",
                            sorted[sorted.length / 2] / 1e3,
                            sorted[(int) (sorted.length * 0.99)] / 1e3,
                            sorted[(int) (sorted.length * 0.999)] / 1e3);
        }
    }
}
