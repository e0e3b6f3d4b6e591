package io.datahub.ssh.rsync;

import io.datahub.api.log.LogText;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches how much a program has received, and kills it when that is more than there is room for. It looks from time to
 * time, the less often the more files there are.
 */
final class RoomWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RoomWatch.class);

    private static final long PAUSE_MILLIS = 250;
    private static final long MAX_PAUSE_MILLIS = 2_000;

    /** So many looks in a row that can't see everything are an end. */
    private static final int MAX_FAILURES = 3;

    /** The limit of what is received and not stored yet, since each takes an inode. */
    private static final long MAX_ENTRIES = 2_000_000;

    /** The share of the time that looking takes, as a divisor. */
    private static final int SHARE = 20;

    private final Path folder;
    private final long maxBytes;
    private final BooleanSupplier isDiskFull;
    private final ProgramRun program;
    private final Thread thread;
    private volatile Optional<String> problem = Optional.empty();

    /**
     * Starts to watch.
     *
     * @param folder what the program may write to
     * @param maxBytes the room in bytes
     * @param isDiskFull whether all transfers together have left no room
     */
    RoomWatch(Path folder, long maxBytes, BooleanSupplier isDiskFull, ProgramRun program, String name) {
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.isDiskFull = isDiskFull;
        this.program = program;
        thread = new Thread(this::watch, name + "-room");
        thread.setDaemon(true);
        thread.start();
    }

    /** Why the program was killed; empty if it wasn't. */
    Optional<String> problem() {
        return problem;
    }

    private void watch() {
        try {
            int failures = 0;
            while (program.isRunning()) {
                long begun = System.nanoTime();
                Received received = new Received();
                failures = received.count(folder) ? 0 : failures + 1;
                problem = problem(received, failures);
                if (problem.isPresent()) {
                    program.kill();
                    return;
                }
                long taken = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
                program.await(Math.max(PAUSE_MILLIS, Math.min(MAX_PAUSE_MILLIS, taken * SHARE)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<String> problem(Received received, int failures) {
        if (received.bytes > maxBytes) {
            return Optional.of("no room: more than the " + maxBytes + " bytes that are left were received");
        }
        if (received.entries > MAX_ENTRIES) {
            return Optional.of(
                    "more than " + MAX_ENTRIES + " changed files and directories were received; upload them in parts");
        }
        if (failures == MAX_FAILURES) {
            return Optional.of("a path is too long, or the hub's disk failed; shorten paths of about 4,000 bytes");
        }
        return isDiskFull.getAsBoolean()
                ? Optional.of("no room: the hub's disk is full; free space on it, or ask for it")
                : Optional.empty();
    }

    /** What a directory had at one look, as far as it could be seen. */
    private static final class Received {

        private long bytes;
        private long entries;

        /** Looks; returns whether everything could be seen but what was renamed or removed meanwhile. */
        boolean count(Path folder) {
            boolean complete = true;
            Deque<Path> folders = new ArrayDeque<>(List.of(folder));
            while (!folders.isEmpty()) {
                try (DirectoryStream<Path> children = Files.newDirectoryStream(folders.pop())) {
                    for (Path child : children) {
                        complete &= count(child, folders);
                    }
                } catch (IOException | DirectoryIteratorException e) {
                    complete &= e instanceof NoSuchFileException || unseen(e);
                }
            }
            return complete;
        }

        private boolean count(Path child, Deque<Path> folders) {
            entries++;
            try {
                BasicFileAttributes file =
                        Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (file.isDirectory()) {
                    folders.push(child);
                } else {
                    bytes += file.size();
                }
                return true;
            } catch (NoSuchFileException e) {
                return true; // it was renamed or removed meanwhile
            } catch (IOException e) {
                return unseen(e);
            }
        }

        private static boolean unseen(Exception reason) {
            LOG.debug("event=ssh.rsync.unseen reason={}", LogText.quoted(reason));
            return false;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
