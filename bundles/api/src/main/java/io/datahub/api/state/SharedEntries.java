package io.datahub.api.state;

import io.datahub.api.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Entries of which the hubs of a cluster keep copies in memory, such as sessions, and which end at all hubs within a
 * second once one hub has ended them. A thread of its own looks for ended ones five times a second. Thread-safe; blocks
 * as {@link AdapterState} does.
 */
public final class SharedEntries implements AutoCloseable {

    /** Changed whenever entries have ended; no key of callers. */
    private static final String MARK = "~ended";

    private static final long PERIOD_MILLIS = 200;
    private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int PAGE = 1_000;

    private final AdapterState state;
    private final Supplier<Set<String>> known;
    private final Consumer<Set<String>> ended;
    private final Consumer<Exception> failed;
    private final ScheduledExecutorService executor;
    private final AtomicLong endings = new AtomicLong(); // how often the thread has found that entries may have ended
    private volatile boolean isOverdue; // whether the copies must be compared although the mark hasn't changed
    private volatile long lookedAt;
    private long mark = -1; // used by the thread only

    /** Makes a copy of an entry. */
    @FunctionalInterface
    @ConsumerType
    public interface Copier {

        /**
         * Adds the copy, or replaces it; may be called more than once for the same entry.
         *
         * @param entry as it was found
         * @throws IOException if it can't be read
         */
        void copy(StateEntry entry) throws IOException;
    }

    /**
     * Begins to look.
     *
     * @param state where the entries are; nothing else may be there
     * @param thread the name of the thread that looks
     * @param known the keys of which this hub has copies, all of them stored before; called by the thread
     * @param ended told the keys whose entries have ended or expired; called by the thread
     * @param failed told why it couldn't be seen whether entries have ended, for the log; called by the thread
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the task catches its exceptions
    public SharedEntries(
            AdapterState state,
            String thread,
            Supplier<Set<String>> known,
            Consumer<Set<String>> ended,
            Consumer<Exception> failed) {
        this.state = state;
        this.known = known;
        this.ended = ended;
        this.failed = failed;
        lookedAt = System.nanoTime() - MAX_AGE_NANOS;
        executor = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread created = new Thread(task, thread);
            created.setDaemon(true);
            return created;
        });
        executor.scheduleWithFixedDelay(this::lookSafely, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void lookSafely() {
        try {
            look();
        } catch (IOException | RuntimeException e) {
            isOverdue = true;
            failed.accept(e);
        }
    }

    private void look() throws IOException {
        long began = System.nanoTime();
        long current = state.get(MARK).map(StateEntry::revision).orElse(0L);
        if (current != mark || isOverdue) {
            isOverdue = false;
            endings.incrementAndGet(); // before the copies are compared: whoever is making one looks again
            Set<String> missing = new HashSet<>(known.get());
            if (!missing.isEmpty()) {
                all().forEach(entry -> missing.remove(entry.key()));
            }
            mark = current;
            if (!missing.isEmpty()) {
                ended.accept(missing);
            }
        }
        lookedAt = began;
    }

    /**
     * Whether the copies of this hub are at most a second older than the entries; never blocks.
     *
     * @return false if ended entries may have been missed
     */
    public boolean isCurrent() {
        return System.nanoTime() - lookedAt <= MAX_AGE_NANOS;
    }

    /**
     * Finds an entry.
     *
     * @param key its key
     * @return the entry; empty if there is none, or it has expired
     * @throws IOException if the medium failed
     */
    public Optional<StateEntry> find(String key) throws IOException {
        return state.get(key);
    }

    /**
     * Finds an entry and makes a copy of it, which won't outlast the entry: if entries end meanwhile, it is found again.
     *
     * @param key its key
     * @param copier makes the copy
     * @return the entry that was copied last; if empty, there is none, and the caller drops its copy
     * @throws IOException if the medium failed
     */
    public Optional<StateEntry> copy(String key, Copier copier) throws IOException {
        while (true) {
            long before = endings.get();
            Optional<StateEntry> entry = state.get(key);
            if (entry.isEmpty()) {
                return entry;
            }
            copier.copy(entry.get());
            if (endings.get() == before) {
                return entry;
            }
        }
    }

    /**
     * Finds all entries and makes copies of them. Those of entries that end meanwhile end as others do.
     *
     * @param copier makes the copies
     * @throws IOException if the medium failed
     */
    public void copyAll(Copier copier) throws IOException {
        long before = endings.get();
        for (StateEntry entry : all()) {
            copier.copy(entry);
        }
        if (endings.get() != before) {
            isOverdue = true;
        }
    }

    private List<StateEntry> all() throws IOException {
        List<StateEntry> entries = new ArrayList<>();
        String after = "";
        while (true) {
            List<StateEntry> page = state.list("", after, PAGE);
            page.stream().filter(entry -> !entry.key().equals(MARK)).forEach(entries::add);
            if (page.size() < PAGE) {
                return entries;
            }
            after = page.get(page.size() - 1).key();
        }
    }

    /**
     * Stores an entry.
     *
     * @param key its key
     * @param value its value
     * @param keepFor how long it is kept
     * @return its revision, or a refusal as by {@link AdapterState#update}
     * @throws IOException if the medium failed
     */
    public Result<Long> put(String key, byte[] value, Duration keepFor) throws IOException {
        return state.update(List.of(StateChange.put(key, value).expiringAfter(keepFor)));
    }

    /**
     * Keeps an entry for longer, unless it was changed or has ended.
     *
     * @param entry as it was found
     * @param keepFor how long it is kept from now on
     * @return its revision; a refusal with {@link io.datahub.api.Reason#PRECONDITION_FAILED} if it was changed or has
     *     ended, and others as by {@link AdapterState#update}
     * @throws IOException if the medium failed
     */
    public Result<Long> extend(StateEntry entry, Duration keepFor) throws IOException {
        return state.update(List.of(StateChange.put(entry.key(), entry.value())
                .ifRevision(entry.revision())
                .expiringAfter(keepFor)));
    }

    /**
     * Ends entries: this hub must have dropped its copies; the others do within a second.
     *
     * @param keys their keys; those without an entry are ignored
     * @throws IOException if the medium failed; perhaps some have ended then
     */
    public void end(Collection<String> keys) throws IOException {
        List<String> left = new ArrayList<>();
        for (String key : keys) {
            if (state.get(key).isPresent()) { // reading is cheap, and writing makes all hubs compare their copies
                left.add(key);
            }
        }
        for (int from = 0; from < left.size(); from += StateLimits.MAX_CHANGES - 1) {
            List<StateChange> changes = new ArrayList<>();
            left.subList(from, Math.min(left.size(), from + StateLimits.MAX_CHANGES - 1))
                    .forEach(key -> changes.add(StateChange.delete(key)));
            changes.add(StateChange.put(MARK, ""));
            state.update(changes).get();
        }
    }

    /** Stops looking; the entries stay. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
