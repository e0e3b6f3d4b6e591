package io.datahub.watcher;

import io.datahub.api.Result;
import io.datahub.api.record.RecordPath;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notifications of the operating system for a directory and everything below it. They are hints: a path that is named
 * may have changed, and where some were lost the directory is named instead. Where not everything can be watched, the
 * root is named at intervals and watching is tried again; so it is when the root was replaced. Links are not followed.
 *
 * <p>All but {@link #trouble} runs on its own thread.
 */
final class Tree implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Tree.class);
    private static final int MANY = 64;

    private final Root root;
    private final long pollNanos;
    private final Consumer<RecordPath> touched;
    private final Runnable begun;
    private final Thread thread;
    private final TreeSet<RecordPath> lost = new TreeSet<>();
    private Watches watches;
    private Optional<Object> watched = Optional.empty();
    private long looked;
    private volatile String trouble;
    private volatile boolean closed;

    /**
     * Begins to watch.
     *
     * @param pollMillis how often the root is looked at, and named while not everything is watched
     * @param touched is told of each path that may have changed
     * @param begun is called each time everything below the root was watched anew, or as much of it as can be
     */
    Tree(String name, Root root, long pollMillis, Consumer<RecordPath> touched, Runnable begun) {
        this.root = root;
        this.pollNanos = TimeUnit.MILLISECONDS.toNanos(pollMillis);
        this.touched = touched;
        this.begun = begun;
        thread = new Thread(this::run, "datahub-" + name + "-notify");
        thread.start();
    }

    /** Why not everything is watched; empty if it is. */
    Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    private void run() {
        begin();
        while (!closed) {
            try {
                WatchKey key = next();
                for (int i = 0; key != null && i < MANY; i++) {
                    take(key);
                    key = watches.poll(0);
                }
                if (key != null) {
                    take(key);
                } else {
                    nameWhatWasLost();
                }
                lookAround();
            } catch (InterruptedException | ClosedWatchServiceException e) {
                LOG.debug("root=\"{}\" watching=ended", root.path());
                return;
            } catch (RuntimeException e) {
                LOG.error("notify=failed root=\"{}\" action=compare", root.path(), e);
                touched.accept(RecordPath.ROOT);
            }
        }
    }

    private WatchKey next() throws InterruptedException {
        if (watches != null) {
            return watches.poll(lost.isEmpty() ? pollNanos : 0);
        }
        TimeUnit.NANOSECONDS.sleep(pollNanos);
        return null;
    }

    /** Watches everything anew. */
    private void begin() {
        looked = System.nanoTime();
        lost.clear();
        if (watches != null) {
            watches.close();
            watches = null;
        }
        watched = root.identity();
        try {
            watches = new Watches(root.path());
            trouble = null;
            register(RecordPath.ROOT);
        } catch (IOException e) {
            report(e);
        }
        begun.run();
    }

    private void register(RecordPath top) {
        try {
            watches.add(top);
        } catch (IOException e) {
            report(e);
        }
    }

    private void report(IOException e) {
        if (trouble == null) {
            LOG.warn(
                    "notifications=incomplete root=\"{}\" cause=\"{}\" cure=\"raise fs.inotify.max_user_watches and"
                            + " max_user_instances; until then everything is compared at intervals\"",
                    root.path(),
                    e.getMessage());
        }
        trouble = String.valueOf(e.getMessage());
    }

    /** From time to time sees whether the root is still the one that is watched, and whether all of it can be by now. */
    private void lookAround() {
        if (System.nanoTime() - looked < pollNanos) {
            return;
        }
        looked = System.nanoTime();
        boolean replaced = !root.identity().equals(watched);
        boolean unwatched = watches == null || !watches.contains(RecordPath.ROOT);
        if (replaced || (unwatched && watched.isPresent())) {
            LOG.info("root=\"{}\" replaced={} action=watch", root.path(), replaced);
            begin();
        } else if (trouble != null) {
            begin();
        }
    }

    private void take(WatchKey key) {
        List<WatchEvent<?>> events = key.pollEvents();
        Optional<RecordPath> found = watches.directory(key);
        if (found.isEmpty()) {
            key.cancel();
            return;
        }
        RecordPath directory = found.get();
        if (!key.reset()) {
            watches.remove(directory);
            touched.accept(directory);
        }
        for (WatchEvent<?> event : events) {
            if (event.kind() == StandardWatchEventKinds.OVERFLOW) {
                lost.add(directory);
            } else {
                directory.child(event.context().toString()).then(path -> {
                    changed(path, event.kind());
                    return Result.done(path);
                });
            }
        }
    }

    private void changed(RecordPath path, WatchEvent.Kind<?> kind) {
        if (kind == StandardWatchEventKinds.ENTRY_DELETE) {
            watches.remove(path);
        } else if (kind == StandardWatchEventKinds.ENTRY_CREATE
                && Files.isDirectory(path.under(root.path()), LinkOption.NOFOLLOW_LINKS)) {
            register(path);
        }
        touched.accept(path);
    }

    /** When the queue of the operating system itself was full, every directory has lost something. */
    private void nameWhatWasLost() {
        if (lost.isEmpty()) {
            return;
        }
        boolean everything = lost.contains(RecordPath.ROOT) || lost.size() > MANY;
        LOG.info("overflow directories={} action=compare", everything ? "all" : lost);
        List<RecordPath> directories = everything ? List.of(RecordPath.ROOT) : List.copyOf(lost);
        lost.clear();
        for (RecordPath directory : directories) {
            register(directory);
            touched.accept(directory);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (watches != null) {
            watches.close();
        }
    }
}
