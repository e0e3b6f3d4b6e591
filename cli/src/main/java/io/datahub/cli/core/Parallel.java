package io.datahub.cli.core;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs tasks on some threads, reports those that fail, and says with which status the process should exit. */
public final class Parallel {

    private static final Map<Class<?>, String> REASONS = Map.of(
            NoSuchFileException.class, " doesn't exist",
            AccessDeniedException.class, ": permission denied",
            FileAlreadyExistsException.class, " exists and is no directory",
            NotDirectoryException.class, " is no directory",
            DirectoryNotEmptyException.class, " is a directory that isn't empty");

    private final Output output;
    private final List<Failure> failures = new ArrayList<>();
    private int succeeded;
    private int unreachable;
    private int leftOut;
    private int patience = Integer.MAX_VALUE;

    /** @param output where failures are reported */
    public Parallel(Output output) {
        this.output = output;
    }

    /** One thing to do. */
    @FunctionalInterface
    public interface Task {
        /**
         * Does it.
         *
         * @throws IOException if a local file can't be read or written
         */
        void run() throws IOException;
    }

    /**
     * A task with the name under which its failure is reported.
     *
     * @param subject such as a path
     * @param task what to do
     */
    public record Named(String subject, Task task) {}

    /**
     * Runs the tasks, on at most that many threads, and waits for all. When as many in a row have failed because the hub can't be
     * reached, the rest would, too, each after all its attempts: they are left out, and count as one more failure.
     */
    public void run(int threads, List<Named> tasks) {
        synchronized (this) {
            patience = threads;
            leftOut = 0;
        }
        runAll(threads, tasks);
        if (leftOut > 0) {
            failed(
                    "",
                    new Failure(Failure.UNREACHABLE, leftOut + " more were left out, since the hub can't be reached"));
        }
    }

    private void runAll(int threads, List<Named> tasks) {
        if (threads == 1 || tasks.size() < 2) {
            tasks.forEach(this::run);
            return;
        }
        ExecutorService executor = Executors.newFixedThreadPool(Math.min(threads, tasks.size()), task -> {
            Thread thread = new Thread(task, "transfer");
            thread.setDaemon(true);
            return thread;
        });
        List<Future<?>> running = new ArrayList<>();
        tasks.forEach(task -> running.add(executor.submit(() -> run(task))));
        executor.shutdown();
        for (Future<?> future : running) {
            try {
                future.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Runs one. */
    public void run(Named named) {
        if (isLeftOut()) {
            return;
        }
        try {
            named.task().run();
            count();
        } catch (Failure e) {
            failed(named.subject(), e);
        } catch (IOException e) {
            failed(named.subject(), localFailure(e));
        }
    }

    /** A file of this machine can't be read or written. */
    public static Failure localFailure(IOException e) {
        return new Failure(Failure.FAILED, e instanceof FileSystemException file ? text(file) : text(e));
    }

    private static String text(IOException e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /** Those that Java has a class for have the file's name as their only message. */
    private static String text(FileSystemException e) {
        if (e.getReason() != null || e.getFile() == null) {
            return text((IOException) e);
        }
        return e.getFile()
                + REASONS.getOrDefault(e.getClass(), ": " + e.getClass().getSimpleName());
    }

    private synchronized void count() {
        succeeded++;
        unreachable = 0;
    }

    private synchronized boolean isLeftOut() {
        boolean isGone = unreachable >= patience;
        leftOut += isGone ? 1 : 0;
        return isGone;
    }

    /** Reports a failure that is counted. */
    public synchronized void failed(String subject, Failure failure) {
        unreachable = failure.exitStatus() == Failure.UNREACHABLE ? unreachable + 1 : 0;
        failures.add(failure);
        output.error(subject, failure);
    }

    /** How many failed so far. */
    public synchronized int failures() {
        return failures.size();
    }

    /** 0 if nothing failed; the status of the failures if all failed alike; otherwise 1. */
    public synchronized int exitStatus() {
        if (failures.isEmpty()) {
            return 0;
        }
        long kinds = failures.stream().map(Failure::exitStatus).distinct().count();
        return succeeded == 0 && kinds == 1 ? failures.get(0).exitStatus() : Failure.FAILED;
    }
}
