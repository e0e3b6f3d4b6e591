package io.datahub.store.read;

import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Caches the names in large directories, so that a page of a listing doesn't cost reading the whole directory. A
 * directory that has changed is read again, but only for a small fraction of the time: until then the cached names are
 * returned, and the caller adds names from the index. Thread-safe.
 */
final class DirectoryNames {

    /** Directories with at least this many names are cached. */
    static final int LARGE = 1_000;

    /** The share of the heap that the cached names of all directories may take. */
    private static final int HEAP_SHARE = 8;

    /** While a directory is read, its names may take a sixth of the heap: they need some seventy bytes each. */
    private static final int HEAP_BYTES_OF_A_NAME = 400;

    /** A changed directory is read again only after this many times the duration of the last read. */
    private static final int REREAD_FACTOR = 20;

    /** A directory that changed this shortly before it was read may change again without a new timestamp. */
    private static final long TIMESTAMP_MILLIS = 50;

    private final LongSupplier clock;
    private final long maxBytes;

    /** A directory with more names is not cached. */
    private final long maxNames;

    private final ReentrantLock reading = new ReentrantLock(); // one large directory at a time
    private final Map<RecordPath, Known> cache = new LinkedHashMap<>(16, 0.75f, true); // LRU order; guarded by itself
    private int readCount;

    /**
     * The names in a directory.
     *
     * @param sorted all names
     * @param exact whether the names are current according to the directory's timestamps
     */
    record Names(List<String> sorted, boolean exact) {}

    private record Known(Optional<FileStat> stat, CompactNames sorted, long ended, long tookNanos) {}

    /**
     * @param clock in nanoseconds, as {@link System#nanoTime}
     * @param heapBytes the size of the heap
     */
    DirectoryNames(LongSupplier clock, long heapBytes) {
        this.clock = clock;
        maxBytes = heapBytes / HEAP_SHARE;
        maxNames = heapBytes / HEAP_BYTES_OF_A_NAME;
    }

    /**
     * All names in a directory; empty if there are too many to be held in memory.
     *
     * @throws NoSuchFileException if the directory doesn't exist
     */
    Optional<Names> of(RecordPath directory, Path folder) throws IOException {
        Optional<Names> found = find(directory, folder);
        return found.isPresent() ? found : readAll(directory, folder);
    }

    private Optional<Names> find(RecordPath directory, Path folder) throws IOException {
        Known names;
        synchronized (cache) {
            names = cache.get(directory);
        }
        if (names == null) {
            return Optional.empty();
        }
        boolean exact = names.stat().isPresent() && names.stat().equals(FileStat.of(folder));
        boolean recentlyRead = clock.getAsLong() - names.ended() < REREAD_FACTOR * names.tookNanos();
        return exact || recentlyRead ? Optional.of(new Names(names.sorted(), exact)) : Optional.empty();
    }

    private Optional<Names> readAll(RecordPath directory, Path folder) throws IOException {
        long began = clock.getAsLong();
        Optional<FileStat> stat = stableStat(folder);
        List<String> names = new ArrayList<>();
        boolean large = false;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            Iterator<Path> each = files.iterator();
            while (each.hasNext() && names.size() <= maxNames) {
                names.add(each.next().getFileName().toString());
                if (names.size() == LARGE) {
                    large = true;
                    reading.lock();
                    Optional<Names> found = find(directory, folder);
                    if (found.isPresent()) {
                        return found; // another thread has read it in the meantime
                    }
                }
            }
            if (names.size() > maxNames) {
                return Optional.empty();
            }
            Collections.sort(names);
            if (!large) {
                return Optional.of(new Names(names, true));
            }
            CompactNames sorted = new CompactNames(names);
            long now = clock.getAsLong();
            remember(directory, new Known(stat, sorted, now, now - began));
            return Optional.of(new Names(sorted, true));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } finally {
            if (large) {
                reading.unlock();
            }
        }
    }

    /** The directory's attributes; empty if it may still change without changing them. */
    private static Optional<FileStat> stableStat(Path folder) throws IOException {
        long limit = System.currentTimeMillis() - TIMESTAMP_MILLIS;
        return FileStat.of(folder).filter(stat -> TimeUnit.NANOSECONDS.toMillis(stat.lastChanged()) < limit);
    }

    private void remember(RecordPath directory, Known names) {
        synchronized (cache) {
            readCount++;
            cache.put(directory, names);
            long bytes = cache.values().stream()
                    .mapToLong(each -> each.sorted().memory())
                    .sum();
            Iterator<Known> eldest = cache.values().iterator();
            while (bytes > maxBytes) {
                bytes -= eldest.next().sorted().memory();
                eldest.remove();
            }
        }
    }

    /** How often a large directory has been read. */
    int readCount() {
        synchronized (cache) {
            return readCount;
        }
    }

    /** Reads the first names after {@code after}, holding at most {@code max} of them in memory. */
    static NavigableSet<String> read(Path folder, String after, Predicate<String> shown, int max) throws IOException {
        NavigableSet<String> names = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.compareTo(after) > 0
                        && (names.size() < max || name.compareTo(names.last()) < 0)
                        && shown.test(name)) {
                    names.add(name);
                    if (names.size() > max) {
                        names.pollLast();
                    }
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }
}
