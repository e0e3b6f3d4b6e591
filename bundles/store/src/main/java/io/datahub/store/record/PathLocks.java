package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A lock for each path that is being changed. For any thread. */
final class PathLocks {

    private final ConcurrentHashMap<RecordPath, Lock> locks = new ConcurrentHashMap<>();

    /** Shared by all who hold a path, had alone by who holds everything. */
    private final ReentrantReadWriteLock everything = new ReentrantReadWriteLock();

    /** Waits for the path; whoever gets it closes it. */
    Held hold(RecordPath path) {
        everything.readLock().lock();
        Lock lock = locks.compute(path, (key, present) -> {
            Lock found = present == null ? new Lock() : present;
            found.users++;
            return found;
        });
        lock.lock();
        return () -> {
            lock.unlock();
            locks.computeIfPresent(path, (key, present) -> --present.users == 0 ? null : present);
            everything.readLock().unlock();
        };
    }

    /** Waits until nobody holds any path, and lets nobody else have one. */
    Held holdAll() {
        everything.writeLock().lock();
        return everything.writeLock()::unlock;
    }

    /** A path that is held. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    private static final class Lock extends ReentrantLock {

        /** Who holds it or waits for it; guarded by the map's entry. */
        private int users;
    }
}
