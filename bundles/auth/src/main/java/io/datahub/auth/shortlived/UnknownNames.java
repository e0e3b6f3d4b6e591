package io.datahub.auth.shortlived;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The names of tokens that no hub had, so that nobody asks the ledger for them again and again. They are remembered for
 * some seconds; the oldest are dropped when there are too many. Thread-safe.
 */
final class UnknownNames {

    static final int MAX = 10_000;
    static final long NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LongSupplier nanoClock;
    private final Map<String, Long> since = new LinkedHashMap<>() { // guarded by this
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
                    return size() > MAX;
                }
            };

    UnknownNames(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    synchronized void add(String name) {
        since.remove(name); // the latest ones are at the end
        since.put(name, nanoClock.getAsLong());
    }

    synchronized boolean contains(String name) {
        Long added = since.get(name);
        if (added == null) {
            return false;
        }
        if (nanoClock.getAsLong() - added < NANOS) {
            return true;
        }
        since.remove(name);
        return false;
    }
}
