package io.datahub.watcher;

import io.datahub.api.Result;
import io.datahub.api.record.RecordPath;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notifications of the operating system for a directory and everything below it. They are hints: a path that is named
 * may have changed, and where some were lost the directory is named instead. Links are not followed.
 *
 * <p>All but {@link #trouble} runs on its own thread.
 */
final class Tree implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Tree.class);

    private final Path root;
    private final Consumer<RecordPath> touched;
    private final WatchService service;
    private final Thread thread;
    private final Map<WatchKey, RecordPath> directories = new HashMap<>();
    private final TreeMap<String, WatchKey> keys = new TreeMap<>();
    private volatile String trouble;

    /**
     * Begins to watch.
     *
     * @param registered is called once everything below the root is watched, or can't be
     */
    Tree(String name, Path root, Consumer<RecordPath> touched, Runnable registered) throws IOException {
        this.root = root;
        this.touched = touched;
        service = root.getFileSystem().newWatchService();
        thread = new Thread(() -> run(registered), "datahub-" + name + "-notify");
        thread.start();
    }

    /** Why not everything is watched; empty if it is. While there is trouble, somebody has to look by himself. */
    Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    private void run(Runnable registered) {
        try {
            register(RecordPath.ROOT);
            registered.run();
            while (true) {
                take(service.take());
            }
        } catch (ClosedWatchServiceException e) {
            LOG.debug("root={} watching=ended", root);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(WatchKey key) {
        List<WatchEvent<?>> events = key.pollEvents();
        RecordPath directory = directories.get(key);
        if (directory == null) {
            key.cancel();
            return;
        }
        if (!key.reset()) {
            forget(directory);
            touched.accept(directory);
        }
        for (WatchEvent<?> event : events) {
            if (event.kind() == StandardWatchEventKinds.OVERFLOW) {
                LOG.info("overflow directory=\"{}\" action=compare", directory);
                register(directory);
                touched.accept(directory);
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
            forget(path);
        } else if (kind == StandardWatchEventKinds.ENTRY_CREATE
                && Files.isDirectory(path.under(root), LinkOption.NOFOLLOW_LINKS)) {
            register(path);
        }
        touched.accept(path);
    }

    /** Watches a directory and everything below it. What comes up meanwhile is named by whoever called this. */
    private void register(RecordPath top) {
        try {
            Files.walkFileTree(top.under(root), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                        throws IOException {
                    String relative = root.relativize(directory).toString();
                    if (RecordPath.parse(relative).isRefused()) {
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    remember(RecordPath.of(relative), directory);
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
            if (top.isRoot()) {
                trouble = null;
            }
        } catch (NoSuchFileException e) {
            LOG.debug("vanished path=\"{}\"", top);
        } catch (IOException e) {
            if (trouble == null) {
                LOG.warn(
                        "notifications=incomplete cause=\"{}\" cure=\"raise fs.inotify.max_user_watches; until then"
                                + " everything is compared at intervals\"",
                        e.getMessage());
            }
            trouble = e.getMessage();
        }
    }

    private void remember(RecordPath path, Path directory) throws IOException {
        WatchKey key;
        try {
            key = directory.register(
                    service,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
        } catch (NoSuchFileException e) {
            return;
        }
        // A directory that was moved keeps its key, which now stands for the new path.
        RecordPath before = directories.put(key, path);
        if (before != null && !before.equals(path)) {
            keys.remove(name(before), key);
        }
        keys.put(name(path), key);
    }

    private void forget(RecordPath path) {
        String from = name(path);
        var gone = keys.subMap(from, from.substring(0, Math.max(0, from.length() - 1)) + '0');
        if (path.isRoot()) {
            gone = keys;
        }
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
    public void close() throws IOException {
        service.close();
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
