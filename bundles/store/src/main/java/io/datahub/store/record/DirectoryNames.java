package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import io.datahub.store.disk.FileStat;
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
 * The names in directories. Those of large ones are remembered, so that a page of a listing doesn't cost the whole directory. A
 * directory that has changed since is read again, for a small part of the time only: until then the names are those that
 * were there, and the caller adds what the index knows of. For any thread.
 */
final class DirectoryNames {

    /** So many names are read each time. */
    static final int LARGE = 1_000;

    /** So many are remembered of all directories; more than these in one aren't remembered. */
    private static final int MOST = 400_000;

    /** A directory is read again after so many times what reading took. */
    private static final int REST = 20;

    /** What changed so shortly before it was read may have changed afterwards without another time. */
    private static final long TICK_MILLIS = 50;

    private final LongSupplier clock;
    private final ReentrantLock reading = new ReentrantLock(); // one large directory at a time
    private final Map<RecordPath, Known> known = new LinkedHashMap<>(16, 0.75f, true); // guarded by itself
    private int reads;

    /**
     * Names.
     *
     * @param sorted all of them
     * @param exact whether these are the present ones, so far as the disk says
     */
    record Names(List<String> sorted, boolean exact) {}

    private record Known(Optional<FileStat> stat, List<String> sorted, long ended, long tookNanos) {}

    /** @param clock in nanoseconds, as {@link System#nanoTime} */
    DirectoryNames(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * All names in a directory; empty if they are too many to be held in memory.
     *
     * @throws NoSuchFileException if it isn't there
     */
    Optional<Names> of(RecordPath directory, Path folder) throws IOException {
        Optional<Names> found = find(directory, folder);
        return found.isPresent() ? found : readAll(directory, folder);
    }

    private Optional<Names> find(RecordPath directory, Path folder) throws IOException {
        Known names;
        synchronized (known) {
            names = known.get(directory);
        }
        if (names == null) {
            return Optional.empty();
        }
        boolean exact = names.stat().isPresent() && names.stat().equals(FileStat.of(folder));
        boolean rests = clock.getAsLong() - names.ended() < REST * names.tookNanos();
        return exact || rests ? Optional.of(new Names(names.sorted(), exact)) : Optional.empty();
    }

    private Optional<Names> readAll(RecordPath directory, Path folder) throws IOException {
        long began = clock.getAsLong();
        Optional<FileStat> stat = settled(folder);
        List<String> names = new ArrayList<>();
        boolean large = false;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            Iterator<Path> each = files.iterator();
            while (each.hasNext() && names.size() <= MOST) {
                names.add(each.next().getFileName().toString());
                if (names.size() == LARGE) {
                    large = true;
                    reading.lock();
                    Optional<Names> found = find(directory, folder);
                    if (found.isPresent()) {
                        return found; // another thread has read it meanwhile
                    }
                }
            }
            if (names.size() > MOST) {
                return Optional.empty();
            }
            Collections.sort(names);
            List<String> sorted = List.copyOf(names);
            if (large) {
                long now = clock.getAsLong();
                remember(directory, new Known(stat, sorted, now, now - began));
            }
            return Optional.of(new Names(sorted, true));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } finally {
            if (large) {
                reading.unlock();
            }
        }
    }

    /** How the directory looks; empty if it may change again without looking otherwise. */
    private static Optional<FileStat> settled(Path folder) throws IOException {
        long limit = System.currentTimeMillis() - TICK_MILLIS;
        return FileStat.of(folder).filter(stat -> TimeUnit.NANOSECONDS.toMillis(stat.lastChanged()) < limit);
    }

    private void remember(RecordPath directory, Known names) {
        synchronized (known) {
            reads++;
            known.put(directory, names);
            int count = known.values().stream()
                    .mapToInt(each -> each.sorted().size())
                    .sum();
            Iterator<Known> eldest = known.values().iterator();
            while (count > MOST) {
                count -= eldest.next().sorted().size();
                eldest.remove();
            }
        }
    }

    /** How often a large directory was read. */
    int reads() {
        synchronized (known) {
            return reads;
        }
    }

    /** Reads the first names behind one; no more than these are in memory. */
    static NavigableSet<String> read(Path folder, String after, Predicate<String> shown, int most) throws IOException {
        NavigableSet<String> names = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.compareTo(after) > 0
                        && (names.size() < most || name.compareTo(names.last()) < 0)
                        && shown.test(name)) {
                    names.add(name);
                    if (names.size() > most) {
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
