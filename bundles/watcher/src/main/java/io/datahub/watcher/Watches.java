package io.datahub.watcher;

import io.datahub.api.record.RecordPath;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directories of a tree that are watched. For one thread. */
final class Watches implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watches.class);

    private final Path root;
    private final WatchService service;
    private final Map<WatchKey, RecordPath> directories = new HashMap<>();
    private final NavigableMap<String, WatchKey> keys = new TreeMap<>();

    Watches(Path root) throws IOException {
        this.root = root;
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

    /**
     * Watches a directory and everything below it. What comes up meanwhile is found by whoever compares it afterwards.
     *
     * @throws IOException if the operating system won't watch more
     */
    void add(RecordPath top) throws IOException {
        Files.walkFileTree(top.under(root), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Optional<RecordPath> path = path(directory);
                if (path.isEmpty()) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                watch(path.get(), directory);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                if (!(e instanceof NoSuchFileException)) {
                    LOG.warn("unreadable path=\"{}\" cause=\"{}\"", file, e.toString());
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e) {
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private Optional<RecordPath> path(Path directory) {
        var path = RecordPath.parse(root.relativize(directory).toString());
        return path.isRefused() ? Optional.empty() : Optional.of(path.get());
    }

    private void watch(RecordPath path, Path directory) throws IOException {
        WatchKey key;
        try {
            key = directory.register(
                    service,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return;
        } catch (IOException e) {
            if (!Files.isReadable(directory)) {
                LOG.warn("unreadable path=\"{}\" cause=\"{}\"", directory, e.toString());
                return;
            }
            throw e;
        }
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
        Map<String, WatchKey> gone =
                path.isRoot() ? keys : keys.subMap(from, from.substring(0, from.length() - 1) + '0');
        gone.values().forEach(key -> {
            directories.remove(key);
            key.cancel();
        });
        gone.clear();
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
