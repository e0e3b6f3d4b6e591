package io.datahub.store.disk;

import io.datahub.api.record.RecordPath;
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
 * Directories of the tree, held open. What is opened, put or removed by way of such a handle is in that directory, even if somebody
 * puts a link in the place of the directory, or of one above it, between a look and the deed. A handle is got by walking down from
 * the root without following a link, which costs some calls, so those used lately are kept; they are let go when idle, since an
 * open directory keeps a disk from being unmounted. For any thread.
 */
final class Handles implements AutoCloseable {

    private static final int MOST = 512;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Path root;

    /** The one used longest ago comes first. Guarded by this. */
    private final Map<RecordPath, Handle> handles = new LinkedHashMap<>(16, 0.75f, true);

    Handles(Path root) {
        this.root = root;
    }

    /** What to do in a directory. */
    interface Deed<T> {
        T in(SecureDirectoryStream<Path> directory) throws IOException;
    }

    /**
     * Does something in a directory; empty where the platform has no such handles.
     *
     * @throws IOException if it isn't a directory, or a link leads there
     */
    <T> Optional<T> in(RecordPath directory, Deed<T> deed) throws IOException {
        Handle handle = handle(directory);
        if (handle == null) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(deed.in(handle.stream));
        } finally {
            release(handle);
        }
    }

    private Handle handle(RecordPath directory) throws IOException {
        Object key = key(directory.under(root));
        synchronized (this) {
            Handle known = handles.get(directory);
            if (known != null && known.key.equals(key)) {
                known.users++;
                return known;
            }
        }
        SecureDirectoryStream<Path> stream = walk(directory);
        if (stream == null) {
            return null;
        }
        Handle fresh = new Handle(stream, key(stream));
        synchronized (this) {
            drop(handles.put(directory, fresh));
            if (handles.size() > MOST) {
                drop(handles.remove(handles.keySet().iterator().next()));
            }
        }
        return fresh;
    }

    private static Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private static Object key(SecureDirectoryStream<Path> stream) throws IOException {
        return Objects.requireNonNullElse(
                stream.getFileAttributeView(BasicFileAttributeView.class)
                        .readAttributes()
                        .fileKey(),
                stream);
    }

    /** Walks down to a directory, following no link; null where the platform can't do that. */
    @SuppressWarnings("StreamResourceLeak") // each is closed here or handed on
    private SecureDirectoryStream<Path> walk(RecordPath directory) throws IOException {
        DirectoryStream<Path> top = Files.newDirectoryStream(root);
        if (!(top instanceof SecureDirectoryStream<Path> at)) {
            top.close();
            return null;
        }
        if (!directory.isRoot()) {
            for (String segment : directory.toString().split("/", -1)) {
                SecureDirectoryStream<Path> above = at;
                try (above) {
                    at = above.newDirectoryStream(Path.of(segment), LinkOption.NOFOLLOW_LINKS);
                }
            }
        }
        return at;
    }

    private synchronized void release(Handle handle) throws IOException {
        handle.users--;
        handle.usedAt = System.nanoTime();
        if (handle.dropped && handle.users == 0) {
            handle.stream.close();
        }
    }

    /** Under this object's monitor. */
    private static void drop(Handle handle) throws IOException {
        if (handle != null) {
            handle.dropped = true;
            if (handle.users == 0) {
                handle.stream.close();
            }
        }
    }

    /** Lets go of what nobody used for a while. */
    synchronized void closeIdle() throws IOException {
        long now = System.nanoTime();
        for (var each = handles.values().iterator(); each.hasNext(); ) {
            Handle handle = each.next();
            if (handle.users == 0 && now - handle.usedAt >= IDLE_NANOS) {
                each.remove();
                drop(handle);
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        for (Handle handle : handles.values()) {
            drop(handle);
        }
        handles.clear();
    }

    /** All but the stream and the key is guarded by the monitor of the whole. */
    private static final class Handle {

        private final SecureDirectoryStream<Path> stream;
        private final Object key;
        private int users = 1;
        private long usedAt;
        private boolean dropped;

        Handle(SecureDirectoryStream<Path> stream, Object key) {
            this.stream = stream;
            this.key = key;
        }
    }
}
