package io.datahub.watcher;

import io.datahub.api.Result;
import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The watched directories of a tree, and those that can't be watched. Not thread-safe. */
final class WatchedDirectories implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedDirectories.class);

    private final Path root;
    private final LinkCountCheck linkCountCheck;
    private final WatchService service;
    private final Map<WatchKey, RecordPath> directories = new HashMap<>();
    private final NavigableMap<String, WatchKey> keys = new TreeMap<>();
    private final NavigableMap<String, String> unreadable = new TreeMap<>();
    private RecordPath rejectedDirectory;
    private String rejection;

    WatchedDirectories(Path root) throws IOException {
        this.root = root;
        linkCountCheck = new LinkCountCheck(root);
        service = root.getFileSystem().newWatchService();
    }

    /** Waits for the next directory with events; null on timeout. */
    WatchKey poll(long nanos) throws InterruptedException {
        return nanos == 0 ? service.poll() : service.poll(nanos, TimeUnit.NANOSECONDS);
    }

    /** The directory that is watched by a key. */
    Optional<RecordPath> directory(WatchKey key) {
        return Optional.ofNullable(directories.get(key));
    }

    boolean contains(RecordPath directory) {
        return keys.containsKey(prefix(directory));
    }

    /** Why the operating system refused to watch a directory; empty if it never did. */
    Optional<String> rejection() {
        return Optional.ofNullable(rejection);
    }

    /** The directories that can't be read, each with the cause. */
    Map<String, String> unreadable() {
        return unreadable;
    }

    /** Retries the directory that the operating system refused to watch, and returns whether it is watched now. */
    boolean retryRejected() {
        rejection = null;
        add(rejectedDirectory);
        return rejection == null;
    }

    /** Retries the unreadable directories and returns those that can be read now. */
    List<RecordPath> retryUnreadable() {
        return List.copyOf(unreadable.keySet()).stream()
                .map(text -> text.isEmpty() ? RecordPath.ROOT : RecordPath.of(text))
                .filter(path -> {
                    unreadable.remove(path.toString());
                    add(path);
                    return !unreadable.containsKey(path.toString());
                })
                .toList();
    }

    /**
     * Watches a directory and everything below it, as far as the operating system allows. Entries that are created
     * concurrently are found by the comparison that follows.
     */
    void add(RecordPath top) {
        Deque<RecordPath> pending = new ArrayDeque<>(List.of(top));
        while (!pending.isEmpty()
                && rejection == null
                && !Thread.currentThread().isInterrupted()) {
            RecordPath path = pending.pop();
            Path directory = path.under(root);
            try {
                watch(path, directory);
                if (!linkCountCheck.hasNoSubdirectories(directory)) {
                    addChildren(path, directory, pending);
                }
            } catch (NoSuchFileException | NotDirectoryException e) {
                LOG.debug("event=watcher.directory.disappeared path={}", LogText.quoted(directory));
            } catch (IOException e) {
                if (!Files.isReadable(directory) || !Files.isExecutable(directory)) {
                    unreadable.put(path.toString(), FailureText.of(e));
                } else {
                    rejectedDirectory = path;
                    rejection = FailureText.of(e);
                }
            }
        }
    }

    private static void addChildren(RecordPath path, Path directory, Deque<RecordPath> pending) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                    path.child(child.getFileName().toString()).then(childPath -> {
                        pending.push(childPath);
                        return Result.done(childPath);
                    });
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private void watch(RecordPath path, Path directory) throws IOException {
        WatchKey key = directory.register(
                service,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE);
        // A directory that was moved keeps its key, which now stands for the new path.
        RecordPath previous = directories.put(key, path);
        if (previous != null && !previous.equals(path)) {
            keys.remove(prefix(previous), key);
        }
        keys.put(prefix(path), key);
    }

    /** Stops watching a directory and everything below it. */
    void remove(RecordPath path) {
        String from = prefix(path);
        String to = path.isRoot() ? "\uffff" : from.substring(0, from.length() - 1) + '0';
        Map<String, WatchKey> removed = keys.subMap(from, to);
        removed.values().forEach(key -> {
            directories.remove(key);
            key.cancel();
        });
        removed.clear();
        unreadable.subMap(path.toString(), to).keySet().removeIf(name -> (name + "/").startsWith(from));
    }

    /** The path with a trailing slash, so that everything below it sorts directly after it. */
    private static String prefix(RecordPath path) {
        return path.isRoot() ? "" : path + "/";
    }

    @Override
    public void close() {
        try {
            service.close();
        } catch (IOException e) {
            LOG.debug("event=watcher.root.close-failed root={}", LogText.quoted(root), e);
        }
    }
}
