package io.datahub.store.core;

import io.datahub.api.path.RecordPath;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** One lock per path that is being changed. Thread-safe. */
public final class PathLocks {

    private final ConcurrentHashMap<RecordPath, Lock> locks = new ConcurrentHashMap<>();

    /** Read lock: held while holding a path. Write lock: held while holding all paths. */
    private final ReentrantReadWriteLock allPaths = new ReentrantReadWriteLock();

    /** Waits for the path's lock; the caller closes it. */
    public Held hold(RecordPath path) {
        allPaths.readLock().lock();
        Lock lock = enter(path);
        lock.lock();
        return () -> {
            lock.unlock();
            leave(path);
        };
    }

    /** Takes the path's lock unless another thread has it; the caller closes it. Never waits. */
    public Optional<Held> tryToHold(RecordPath path) {
        if (!allPaths.readLock().tryLock()) {
            return Optional.empty();
        }
        Lock lock = enter(path);
        if (!lock.tryLock()) {
            leave(path);
            return Optional.empty();
        }
        return Optional.of(() -> {
            lock.unlock();
            leave(path);
        });
    }

    private Lock enter(RecordPath path) {
        return locks.compute(path, (key, present) -> {
            Lock found = present == null ? new Lock() : present;
            found.holders++;
            return found;
        });
    }

    private void leave(RecordPath path) {
        locks.computeIfPresent(path, (key, present) -> --present.holders == 0 ? null : present);
        allPaths.readLock().unlock();
    }

    /** Waits for the locks of several paths, in the order of the paths; the caller closes them together. */
    public Held hold(Collection<RecordPath> paths) {
        Deque<Held> held = new ArrayDeque<>();
        new TreeSet<>(paths).forEach(path -> held.push(hold(path)));
        return () -> held.forEach(Held::close);
    }

    /** Waits until no path is locked, and blocks locking of any path until closed. */
    public Held holdAll() {
        allPaths.writeLock().lock();
        return allPaths.writeLock()::unlock;
    }

    /** Whether this thread holds the lock of some path. */
    public boolean isAnyHeldByThisThread() {
        return allPaths.getReadHoldCount() > 0 || allPaths.isWriteLockedByCurrentThread();
    }

    /** A held lock. */
    public interface Held extends AutoCloseable {
        @Override
        void close();
    }

    private static final class Lock extends ReentrantLock {

        /** Number of threads that hold it or wait for it; guarded by the map's entry. */
        private int holders;
    }
}
