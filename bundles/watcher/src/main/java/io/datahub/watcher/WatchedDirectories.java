package io.datahub.watcher;

import io.datahub.api.record.RecordPath;
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

/** The directories of a tree that are watched, and those that can't be. For one thread. */
final class WatchedDirectories implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedDirectories.class);

    private final Path root;
    private final LinkCountCheck leaves;
    private final WatchService service;
    private final Map<WatchKey, RecordPath> directories = new HashMap<>();
    private final NavigableMap<String, WatchKey> keys = new TreeMap<>();
    private final NavigableMap<String, String> unreadable = new TreeMap<>();
    private RecordPath refused;
    private String refusal;

    WatchedDirectories(Path root) throws IOException {
        this.root = root;
        leaves = new LinkCountCheck(root);
        service = root.getFileSystem().newWatchService();
    }

    /** The next directory that something was heard of; null if there is none in time. */
    WatchKey poll(long nanos) throws InterruptedException {
        return nanos == 0 ? service.poll() : service.poll(nanos, TimeUnit.NANOSECONDS);
    }

    /** Which directory is watched by a key. */
    Optional<RecordPath> directory(WatchKey key) {
        return Optional.ofNullable(directories.get(key));
    }

    boolean contains(RecordPath directory) {
        return keys.containsKey(name(directory));
    }

    /** Why the operating system wouldn't watch a directory; empty as long as it did. */
    Optional<String> refusal() {
        return Optional.ofNullable(refusal);
    }

    /** The directories that can't be read, each with the cause. */
    Map<String, String> unreadable() {
        return unreadable;
    }

    /** Whether a directory that it wouldn't watch would be watched by now. */
    boolean isAcceptedByNow() {
        refusal = null;
        add(refused);
        return refusal == null;
    }

    /** Tries the directories that can't be read again; which of them can. */
    List<RecordPath> readableByNow() {
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
     * Watches a directory and everything below it, as far as the operating system lets it. What comes up meanwhile is found
     * by whoever compares it afterwards.
     */
    void add(RecordPath top) {
        Deque<RecordPath> left = new ArrayDeque<>(List.of(top));
        while (!left.isEmpty() && refusal == null && !Thread.currentThread().isInterrupted()) {
            RecordPath path = left.pop();
            Path directory = path.under(root);
            try {
                watch(path, directory);
                if (!leaves.contain(directory)) {
                    addChildren(path, directory, left);
                }
            } catch (NoSuchFileException | NotDirectoryException e) {
                LOG.debug("directory=\"{}\" watch=gone", directory);
            } catch (IOException e) {
                if (!Files.isReadable(directory) || !Files.isExecutable(directory)) {
                    unreadable.put(path.toString(), e.toString());
                } else {
                    refused = path;
                    refusal = e.getMessage();
                }
            }
        }
    }

    private static void addChildren(RecordPath path, Path directory, Deque<RecordPath> left) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                    path.child(child.getFileName().toString()).then(found -> {
                        left.push(found);
                        return io.datahub.api.Result.done(found);
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
        RecordPath before = directories.put(key, path);
        if (before != null && !before.equals(path)) {
            keys.remove(name(before), key);
        }
        keys.put(name(path), key);
    }

    /** Watches a directory and what was below it no more. */
    void remove(RecordPath path) {
        String from = name(path);
        String to = path.isRoot() ? "\uffff" : from.substring(0, from.length() - 1) + '0';
        Map<String, WatchKey> gone = keys.subMap(from, to);
        gone.values().forEach(key -> {
            directories.remove(key);
            key.cancel();
        });
        gone.clear();
        unreadable.subMap(path.toString(), to).keySet().removeIf(name -> (name + "/").startsWith(from));
    }

    /** The path with a slash behind it, so that what is below it sorts right after it. */
    private static String name(RecordPath path) {
        return path.isRoot() ? "" : path + "/";
    }

    @Override
    public void close() {
        try {
            service.close();
        } catch (IOException e) {
            LOG.debug("root=\"{}\" close=failed", root, e);
        }
    }
}
