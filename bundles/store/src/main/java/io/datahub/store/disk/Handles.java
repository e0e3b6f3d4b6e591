package io.datahub.store.disk;

import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A cache of open directory handles. What is opened, moved or removed relative to such a handle stays in that
 * directory, even if the directory or one of its parents is replaced by a link between check and use. A handle is
 * obtained from that of its parent without following links, which costs several system calls, so recently used handles
 * are cached; idle ones are closed, since an open directory keeps a disk from being unmounted. For any thread.
 */
final class Handles implements AutoCloseable {

    private static final int MAX_HANDLES = 512;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Path root;

    /** Least recently used first. Guarded by this. */
    private final Map<RecordPath, Handle> handles = new LinkedHashMap<>(16, 0.75f, true);

    Handles(Path root) {
        this.root = root;
    }

    /** An action in an open directory. */
    interface DirectoryAction<T> {
        T apply(SecureDirectoryStream<Path> directory) throws IOException;
    }

    /**
     * Runs an action in a directory; empty if the platform has no directory handles, or if the action returned null.
     *
     * @throws IOException if it isn't a directory, or a link leads to it
     */
    <T> Optional<T> apply(RecordPath directory, DirectoryAction<T> action) throws IOException {
        Handle handle = handle(directory);
        if (handle == null) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(action.apply(handle.stream));
        } finally {
            release(handle);
        }
    }

    private Handle handle(RecordPath directory) throws IOException {
        Object fileKey = fileKey(directory.under(root));
        synchronized (this) {
            Handle cached = handles.get(directory);
            if (cached != null && cached.fileKey.equals(fileKey)) {
                cached.users++;
                return cached;
            }
        }
        SecureDirectoryStream<Path> stream = directory.isRoot()
                ? openRoot()
                : apply(directory.parent(), parent -> openChild(parent, directory))
                        .orElse(null);
        if (stream == null) {
            return null;
        }
        Handle opened = new Handle(stream, fileKey(stream));
        synchronized (this) {
            discard(handles.put(directory, opened));
            if (handles.size() > MAX_HANDLES) {
                discard(handles.remove(handles.keySet().iterator().next()));
            }
        }
        return opened;
    }

    private static Object fileKey(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private static Object fileKey(SecureDirectoryStream<Path> stream) throws IOException {
        return Objects.requireNonNullElse(
                stream.getFileAttributeView(BasicFileAttributeView.class)
                        .readAttributes()
                        .fileKey(),
                stream);
    }

    /** Opens the root; null if the platform has no directory handles. */
    @SuppressWarnings("StreamResourceLeak") // closed here or passed on
    private SecureDirectoryStream<Path> openRoot() throws IOException {
        DirectoryStream<Path> top = Files.newDirectoryStream(root);
        if (top instanceof SecureDirectoryStream<Path> stream) {
            return stream;
        }
        top.close();
        return null;
    }

    private static SecureDirectoryStream<Path> openChild(SecureDirectoryStream<Path> parent, RecordPath directory)
            throws IOException {
        return parent.newDirectoryStream(Path.of(directory.name()), LinkOption.NOFOLLOW_LINKS);
    }

    private synchronized void release(Handle handle) throws IOException {
        handle.users--;
        handle.usedAt = System.nanoTime();
        if (handle.discarded && handle.users == 0) {
            handle.stream.close();
        }
    }

    /** Call under this object's monitor. */
    private static void discard(Handle handle) throws IOException {
        if (handle != null) {
            handle.discarded = true;
            if (handle.users == 0) {
                handle.stream.close();
            }
        }
    }

    /** Closes handles that weren't used for a while. */
    synchronized void closeIdle() throws IOException {
        long now = System.nanoTime();
        for (var iterator = handles.values().iterator(); iterator.hasNext(); ) {
            Handle handle = iterator.next();
            if (handle.users == 0 && now - handle.usedAt >= IDLE_NANOS) {
                iterator.remove();
                discard(handle);
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        for (Handle handle : handles.values()) {
            discard(handle);
        }
        handles.clear();
    }

    /** All fields but the stream and the key are guarded by the monitor of the cache. */
    private static final class Handle {

        private final SecureDirectoryStream<Path> stream;
        private final Object fileKey;
        private int users = 1;
        private long usedAt;
        private boolean discarded;

        Handle(SecureDirectoryStream<Path> stream, Object fileKey) {
            this.stream = stream;
            this.fileKey = fileKey;
        }
    }
}
