package io.datahub.ssh.rsync;

import io.datahub.api.log.LogText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches how much a program has received, and kills it when that is more than there is room for. It looks from time to
 * time, the less often the more files there are.
 */
final class RoomWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RoomWatch.class);

    private static final long PAUSE_MILLIS = 250;

    /** The share of the time that looking takes, as a divisor. */
    private static final int SHARE = 20;

    private final Path folder;
    private final long maxBytes;
    private final ProgramRun program;
    private final Thread thread;
    private volatile boolean exceeded;

    /**
     * Starts to watch.
     *
     * @param folder what the program may write to
     * @param maxBytes the room in bytes
     */
    RoomWatch(Path folder, long maxBytes, ProgramRun program, String name) {
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.program = program;
        thread = new Thread(this::watch, name + "-room");
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether the program was killed. */
    boolean isExceeded() {
        return exceeded;
    }

    private void watch() {
        try {
            while (program.isRunning()) {
                long begun = System.nanoTime();
                if (bytes() > maxBytes) {
                    exceeded = true;
                    program.kill();
                    return;
                }
                long taken = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
                program.await(Math.max(PAUSE_MILLIS, taken * SHARE));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("event=ssh.rsync.room-unknown directory={} reason={}", LogText.quoted(folder), LogText.quoted(e));
        }
    }

    private long bytes() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.mapToLong(RoomWatch::size).sum();
        } catch (NoSuchFileException | UncheckedIOException e) {
            return 0; // something was renamed or removed meanwhile
        }
    }

    private static long size(Path file) {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? Files.size(file) : 0;
        } catch (IOException e) {
            return 0; // it was renamed or removed meanwhile
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
