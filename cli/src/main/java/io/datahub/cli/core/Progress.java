package io.datahub.cli.core;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** One line on the terminal that standard error is: files, bytes, rate. Nothing if it is none. Thread-safe. */
public final class Progress implements AutoCloseable {

    private static final long INTERVAL_NANOS = 200_000_000;

    private final Output output;
    private final boolean shown;
    private final long start = System.nanoTime();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong expected = new AtomicLong();
    private final AtomicInteger files = new AtomicInteger();
    private final AtomicLong last = new AtomicLong(start);
    private volatile boolean drawn;

    /** Progress of a command; shown if the launcher says that standard error is a terminal. */
    public Progress(Output output) {
        this.output = output;
        shown = Boolean.getBoolean("datahub.terminal");
    }

    /** So many bytes more are to be transferred. */
    public void expect(long count) {
        expected.addAndGet(Math.max(count, 0));
    }

    /** So many bytes more were transferred. */
    public void add(long count) {
        bytes.addAndGet(count);
        draw();
    }

    /** One more file is complete. */
    public void file() {
        files.incrementAndGet();
        draw();
    }

    private void draw() {
        long now = System.nanoTime();
        long previous = last.get();
        if (!shown || now - previous < INTERVAL_NANOS || !last.compareAndSet(previous, now)) {
            return;
        }
        drawn = true;
        double seconds = (now - start) / 1e9;
        String total = expected.get() > 0 ? " of " + size(expected.get()) : "";
        output.progress("\r\033[K" + files.get() + " files, " + size(bytes.get()) + total + ", "
                + size((long) (bytes.get() / seconds)) + "/s");
    }

    @Override
    public void close() {
        if (drawn) {
            output.progress("\r\033[K");
        }
    }

    /** A number of bytes for people. */
    public static String size(long count) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        double value = count;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? count + " B" : Math.round(value * 10) / 10.0 + " " + units[unit];
    }
}
