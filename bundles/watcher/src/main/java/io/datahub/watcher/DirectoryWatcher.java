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
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notifications of the operating system for a directory and everything below it. They are hints: a path that is named
 * may have changed, and where some were lost the directory is named instead. Where not everything can be watched,
 * everything is named at intervals and watching is tried again; so it is when the root was replaced. Links are not
 * followed.
 *
 * <p>All but {@link #trouble} and {@link #overflows} runs on its own thread.
 */
final class DirectoryWatcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryWatcher.class);
    private static final int MANY = 64;

    /** What was lost is named after so long at the latest, however much goes on. */
    private static final long LOST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final WatchRoot root;
    private final long pollNanos;
    private final Optional<String> polls;
    private final PathChangeListener hints;
    private final Thread thread;
    private final TreeSet<RecordPath> lost = new TreeSet<>();
    private final AtomicLong overflows = new AtomicLong();
    private WatchedDirectories watches;
    private Optional<Object> watched = Optional.empty();
    private long looked;
    private long lostSince;
    private volatile String trouble;
    private volatile boolean closed;

    /**
     * Begins to watch.
     *
     * @param pollMillis how often the root is looked at, and everything named while not everything is watched
     * @param polls why notifications can't be relied on; empty if they can
     * @param hints hears of everything each time that all below the root was watched anew, or as much of it as can be
     */
    DirectoryWatcher(String name, WatchRoot root, long pollMillis, Optional<String> polls, PathChangeListener hints) {
        this.root = root;
        this.pollNanos = TimeUnit.MILLISECONDS.toNanos(pollMillis);
        this.polls = polls;
        this.hints = hints;
        thread = new Thread(this::run, "datahub-" + name + "-notify");
        thread.start();
    }

    /** Why not everything is watched; empty if it is. */
    Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    /** How often notifications were lost. */
    long overflows() {
        return overflows.get();
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
                }
                if (!lost.isEmpty() && (key == null || System.nanoTime() - lostSince > LOST_NANOS)) {
                    nameWhatWasLost();
                }
                lookAround();
            } catch (InterruptedException | ClosedWatchServiceException e) {
                LOG.debug("root=\"{}\" watching=ended", root.path());
                return;
            } catch (RuntimeException e) {
                LOG.error("notify=failed root=\"{}\" action=compare", root.path(), e);
                hints.everything();
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
        Optional<String> refusal = Optional.empty();
        try {
            watches = new WatchedDirectories(root.path());
            watches.add(RecordPath.ROOT);
            refusal = watches.refusal();
        } catch (IOException e) {
            refusal = Optional.of(String.valueOf(e.getMessage()));
        }
        report(refusal);
        hints.everything();
    }

    private void register(RecordPath top) {
        watches.add(top);
        report(watches.refusal());
    }

    private void report(Optional<String> refusal) {
        String before = trouble;
        trouble = polls.or(() -> refusal)
                .map(why -> "everything is compared every " + TimeUnit.NANOSECONDS.toMillis(pollNanos) + " ms, since "
                        + why)
                .or(this::unreadable)
                .orElse(null);
        if (trouble == null && before != null) {
            LOG.info("notifications=complete root=\"{}\"", root.path());
        } else if (trouble != null && !trouble.equals(before)) {
            LOG.warn(
                    "notifications=incomplete root=\"{}\" cause=\"{}\"{}",
                    root.path(),
                    trouble,
                    refusal.isPresent() && polls.isEmpty()
                            ? " cure=\"raise fs.inotify.max_user_watches and max_user_instances\""
                            : "");
        }
    }

    private Optional<String> unreadable() {
        return Optional.ofNullable(watches)
                .map(WatchedDirectories::unreadable)
                .filter(paths -> !paths.isEmpty())
                .map(paths -> "directories that can't be read: " + paths.size() + ", such as "
                        + paths.values().iterator().next());
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
        } else if (trouble != null && watches != null) {
            tryAgain();
        }
    }

    private void tryAgain() {
        if (watches.refusal().isPresent() && watches.isAcceptedByNow()) {
            begin();
        } else if (watches.refusal().isPresent() || polls.isPresent()) {
            hints.everything();
        }
        watches.readableByNow().forEach(hints::lost);
        report(watches.refusal());
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
            hints.touched(directory);
        }
        for (WatchEvent<?> event : events) {
            if (event.kind() == StandardWatchEventKinds.OVERFLOW) {
                lose(directory);
            } else {
                directory.child(event.context().toString()).then(path -> {
                    changed(path, event.kind());
                    return Result.done(path);
                });
            }
        }
    }

    private void lose(RecordPath directory) {
        if (lost.isEmpty()) {
            lostSince = System.nanoTime();
            overflows.incrementAndGet();
        }
        lost.add(directory);
    }

    private void changed(RecordPath path, WatchEvent.Kind<?> kind) {
        if (kind == StandardWatchEventKinds.ENTRY_DELETE) {
            watches.remove(path);
        } else if (kind == StandardWatchEventKinds.ENTRY_CREATE
                && Files.isDirectory(path.under(root.path()), LinkOption.NOFOLLOW_LINKS)) {
            register(path);
        }
        hints.touched(path);
    }

    /** When the queue of the operating system itself was full, every directory has lost something. */
    private void nameWhatWasLost() {
        boolean everything = lost.contains(RecordPath.ROOT) || lost.size() > MANY;
        LOG.info("overflow directories={} action=compare", everything ? "all" : lost);
        List<RecordPath> directories = List.copyOf(lost);
        lost.clear();
        if (everything) {
            register(RecordPath.ROOT);
            hints.everything();
        } else {
            for (RecordPath directory : directories) {
                register(directory);
                hints.lost(directory);
            }
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
