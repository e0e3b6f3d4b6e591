package io.datahub.ssh.rsync;

import io.datahub.api.log.LogText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the program with the streams of a channel as its standard streams. The thread that calls {@link #run} starts the
 * program and waits for it, since the program is killed when that thread ends. Thread-safe.
 */
final class ProgramRun {

    private static final Logger LOG = LoggerFactory.getLogger(ProgramRun.class);

    private static final int BUFFER_BYTES = 1 << 16;
    private static final long LAST_WORDS_SECONDS = 5;

    /** Guarded by this, as are the next two. */
    private Process process;

    /** What the program had started when it was killed. */
    private final List<ProcessHandle> descendants = new ArrayList<>();

    private boolean killed;

    /**
     * Runs a program until it ends.
     *
     * @param command the program and its arguments
     * @param name names the threads
     * @return its exit status
     * @throws IOException if it can't be started
     */
    int run(List<String> command, String name, Streams streams) throws IOException, InterruptedException {
        Process started = start(command);
        try {
            start(name + "-in", () -> feed(streams.input(), started.getOutputStream()));
            Thread error = start(name + "-err", () -> copy(started.getErrorStream(), streams.error()));
            copy(started.getInputStream(), streams.output());
            int status = started.waitFor();
            error.join(TimeUnit.SECONDS.toMillis(LAST_WORDS_SECONDS));
            return status;
        } finally {
            end(started);
        }
    }

    /** Kills what is left of the program, and waits until it can't write any more. */
    private void end(Process started) throws InterruptedException {
        kill();
        started.waitFor();
        List<ProcessHandle> processes;
        synchronized (this) {
            processes = List.copyOf(descendants);
        }
        for (ProcessHandle each : processes) {
            each.destroyForcibly();
            each.onExit()
                    .orTimeout(LAST_WORDS_SECONDS, TimeUnit.SECONDS)
                    .exceptionally(late -> each)
                    .join();
        }
    }

    private synchronized Process start(List<String> command) throws IOException {
        if (killed) {
            throw new IOException("the connection is closed");
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        process = builder.start();
        return process;
    }

    /** Whether the program is running. */
    synchronized boolean isRunning() {
        return process == null ? !killed : process.isAlive();
    }

    /** Whether it was killed, be it before it was started. */
    synchronized boolean isKilled() {
        return killed;
    }

    /** Waits until the program has ended, or for this time. */
    void await(long millis) throws InterruptedException {
        Process running;
        synchronized (this) {
            running = process;
        }
        if (running == null) {
            TimeUnit.MILLISECONDS.sleep(millis);
        } else {
            running.waitFor(millis, TimeUnit.MILLISECONDS);
        }
    }

    /** Kills the program with all its processes, now or as soon as it is started. */
    synchronized void kill() {
        killed = true;
        if (process != null) {
            process.descendants().forEach(descendants::add); // they aren't any more when it has ended
            process.destroyForcibly();
        }
    }

    private static Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /**
     * Copies what the client sends until it ends. What comes after the program has ended is read and dropped: a channel
     * whose input is closed would end the connection, before the client has been told why.
     */
    private static void feed(InputStream from, OutputStream to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        boolean listens = true;
        try (to) {
            int count = from.read(buffer);
            while (count >= 0) {
                listens = listens && write(to, buffer, count);
                count = from.read(buffer);
            }
        } catch (IOException e) {
            LOG.debug("event=ssh.rsync.cut reason={}", LogText.quoted(e));
        }
    }

    private static boolean write(OutputStream to, byte[] buffer, int count) {
        try {
            to.write(buffer, 0, count);
            to.flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Copies until either side ends; then closes the source, so that the program can't wait for its reader. */
    private static void copy(InputStream from, OutputStream to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (from) {
            int count = from.read(buffer);
            while (count >= 0 && write(to, buffer, count)) {
                count = from.read(buffer);
            }
        } catch (IOException e) {
            LOG.debug("event=ssh.rsync.cut reason={}", LogText.quoted(e));
        }
    }
}
