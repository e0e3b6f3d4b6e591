package io.datahub.watcher;

import io.datahub.api.Result;
import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives the operating system's file notifications for a directory tree. They are hints: a reported path may have
 * changed; if notifications were lost, the directory is reported instead. While part of the tree can't be watched, or
 * after the root was replaced, a full scan is requested at intervals and watching is retried. Symbolic links are not
 * followed.
 *
 * <p>Everything except {@link #incompleteReason} and {@link #overflows} runs on the watcher's own thread.
 */
final class DirectoryWatcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryWatcher.class);
    private static final int MAX_BATCH = 64;

    /** For how long a thread with nothing to do rests, so that many changes a second don't wake it for each. */
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Lost notifications are reported after this time at the latest, even under constant activity. */
    private static final long MAX_OVERFLOW_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final WatchRoot root;
    private final long pollNanos;
    private final NotificationStatus status;
    private final PathChangeListener listener;
    private final Thread thread;
    private final TreeSet<RecordPath> overflowed = new TreeSet<>();
    private final AtomicLong overflows = new AtomicLong();
    private WatchedDirectories watchedDirectories;
    private Optional<Object> watchedIdentity = Optional.empty();
    private long lastRootCheck;
    private long overflowedSince;
    private volatile boolean closed;

    /**
     * Starts watching.
     *
     * @param pollMillis the interval at which the root is checked, and at which full scans are requested while the tree
     *     isn't fully watched
     * @param pollingReason why notifications can't be relied on; empty if they can
     * @param listener receives the changes; a full scan is requested from it each time the tree below the root has been
     *     watched again, as far as possible
     */
    DirectoryWatcher(
            String name, WatchRoot root, long pollMillis, Optional<String> pollingReason, PathChangeListener listener) {
        this.root = root;
        this.pollNanos = TimeUnit.MILLISECONDS.toNanos(pollMillis);
        status = new NotificationStatus(root.path(), pollMillis, pollingReason);
        this.listener = listener;
        thread = new Thread(this::run, "datahub-" + name + "-notify");
        thread.start();
    }

    /** Why the tree isn't fully watched; empty if it is. */
    Optional<String> incompleteReason() {
        return status.incompleteReason();
    }

    /** How many times notifications were lost. */
    long overflows() {
        return overflows.get();
    }

    private void run() {
        startWatching();
        while (!closed) {
            try {
                WatchKey key = nextKey();
                for (int i = 0; key != null && i < MAX_BATCH; i++) {
                    processEvents(key);
                    key = watchedDirectories.poll(0);
                }
                if (key != null) {
                    processEvents(key);
                }
                if (!overflowed.isEmpty()
                        && (key == null || System.nanoTime() - overflowedSince > MAX_OVERFLOW_DELAY_NANOS)) {
                    reportOverflows();
                }
                checkRoot();
            } catch (InterruptedException | ClosedWatchServiceException e) {
                LOG.debug("event=watcher.root.closed root={}", LogText.quoted(root.path()));
                return;
            } catch (RuntimeException e) {
                LOG.error("event=watcher.notifications.failed root={}", LogText.quoted(root.path()), e);
                listener.fullScanNeeded();
            }
        }
    }

    private WatchKey nextKey() throws InterruptedException {
        if (watchedDirectories == null) {
            TimeUnit.NANOSECONDS.sleep(pollNanos);
            return null;
        }
        WatchKey key = watchedDirectories.poll(0);
        if (key == null && overflowed.isEmpty()) {
            TimeUnit.NANOSECONDS.sleep(REST_NANOS);
            key = watchedDirectories.poll(pollNanos);
        }
        return key;
    }

    /** Watches the whole tree again. */
    private void startWatching() {
        lastRootCheck = System.nanoTime();
        overflowed.clear();
        if (watchedDirectories != null) {
            watchedDirectories.close();
            watchedDirectories = null;
        }
        watchedIdentity = root.identity();
        Optional<String> rejection = Optional.empty();
        try {
            watchedDirectories = new WatchedDirectories(root.path());
            watchedDirectories.add(RecordPath.ROOT);
            rejection = watchedDirectories.rejection();
        } catch (IOException e) {
            rejection = Optional.of(FailureText.of(e));
        }
        updateStatus(rejection);
        listener.fullScanNeeded();
    }

    private void watch(RecordPath top) {
        watchedDirectories.add(top);
        updateStatus(watchedDirectories.rejection());
    }

    private void updateStatus(Optional<String> rejection) {
        status.update(rejection, watchedDirectories == null ? Map.of() : watchedDirectories.unreadable());
    }

    /**
     * Periodically checks whether the root is still the watched directory, and whether all of the tree can be watched
     * now.
     */
    private void checkRoot() {
        if (System.nanoTime() - lastRootCheck < pollNanos) {
            return;
        }
        lastRootCheck = System.nanoTime();
        boolean replaced = !root.identity().equals(watchedIdentity);
        boolean unwatched = watchedDirectories == null || !watchedDirectories.contains(RecordPath.ROOT);
        if (replaced || (unwatched && watchedIdentity.isPresent())) {
            LOG.info("event=watcher.root.rewatched root={} replaced={}", LogText.quoted(root.path()), replaced);
            startWatching();
        } else if (status.incompleteReason().isPresent() && watchedDirectories != null) {
            retryUnwatched();
        }
    }

    private void retryUnwatched() {
        if (watchedDirectories.rejection().isPresent() && watchedDirectories.retryRejected()) {
            startWatching();
        } else if (watchedDirectories.rejection().isPresent() || status.isPolling()) {
            listener.fullScanNeeded();
        }
        watchedDirectories.retryUnreadable().forEach(listener::eventsLost);
        updateStatus(watchedDirectories.rejection());
    }

    private void processEvents(WatchKey key) {
        List<WatchEvent<?>> events = key.pollEvents();
        Optional<RecordPath> watchedPath = watchedDirectories.directory(key);
        if (watchedPath.isEmpty()) {
            key.cancel();
            return;
        }
        RecordPath directory = watchedPath.get();
        if (!key.reset()) {
            watchedDirectories.remove(directory);
            listener.pathChanged(directory);
        }
        for (WatchEvent<?> event : events) {
            if (event.kind() == StandardWatchEventKinds.OVERFLOW) {
                recordOverflow(directory);
            } else {
                directory.child(event.context().toString()).then(path -> {
                    handleEvent(path, event.kind());
                    return Result.done(path);
                });
            }
        }
    }

    private void recordOverflow(RecordPath directory) {
        if (overflowed.isEmpty()) {
            overflowedSince = System.nanoTime();
            overflows.incrementAndGet();
        }
        overflowed.add(directory);
    }

    private void handleEvent(RecordPath path, WatchEvent.Kind<?> kind) {
        if (kind == StandardWatchEventKinds.ENTRY_DELETE) {
            watchedDirectories.remove(path);
        } else if (kind == StandardWatchEventKinds.ENTRY_CREATE
                && Files.isDirectory(path.under(root.path()), LinkOption.NOFOLLOW_LINKS)) {
            watch(path);
        }
        listener.pathChanged(path);
    }

    /** If the operating system's own queue overflowed, every directory has lost notifications. */
    private void reportOverflows() {
        boolean fullScanNeeded = overflowed.contains(RecordPath.ROOT) || overflowed.size() > MAX_BATCH;
        LOG.info(
                "event=watcher.notifications.lost directories={}", LogText.quoted(fullScanNeeded ? "all" : overflowed));
        List<RecordPath> directories = List.copyOf(overflowed);
        overflowed.clear();
        if (fullScanNeeded) {
            watch(RecordPath.ROOT);
            listener.fullScanNeeded();
        } else {
            for (RecordPath directory : directories) {
                watch(directory);
                listener.eventsLost(directory);
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
        if (watchedDirectories != null) {
            watchedDirectories.close();
        }
    }
}
