package io.datahub.test.memory;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.AdapterStates;
import io.datahub.api.state.StateChange;
import io.datahub.api.state.StateEntry;
import io.datahub.api.state.StateLimits;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The state of adapters in memory. Expired entries are removed by the next update. Thread-safe. */
public final class MemoryAdapterStates implements AdapterStates {

    private final InstantSource clock;
    private final Map<String, NavigableMap<String, StateEntry>> adapters = new TreeMap<>(); // guarded by this
    private long revision; // guarded by this

    /** @param clock tells when entries expire */
    public MemoryAdapterStates(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public AdapterState of(String adapter) {
        AdapterStates.requireName(adapter);
        return new Memory(adapter);
    }

    private static boolean isLive(StateEntry entry, Instant now) {
        return entry.expires().map(now::isBefore).orElse(true);
    }

    private static long bytes(Map<String, StateEntry> entries) {
        return entries.values().stream().mapToLong(StateEntry::bytes).sum();
    }

    /** The entries of one adapter. */
    private final class Memory implements AdapterState {

        private final String adapter;

        Memory(String adapter) {
            this.adapter = adapter;
        }

        @Override
        public Optional<StateEntry> get(String key) {
            synchronized (MemoryAdapterStates.this) {
                return Optional.ofNullable(entries().get(key)).filter(entry -> isLive(entry, clock.instant()));
            }
        }

        private NavigableMap<String, StateEntry> entries() {
            return adapters.getOrDefault(adapter, new TreeMap<>());
        }

        @Override
        public List<StateEntry> list(String prefix, String after, int limit) {
            synchronized (MemoryAdapterStates.this) {
                return entries().tailMap(after, false).values().stream()
                        .filter(entry -> entry.key().startsWith(prefix) && isLive(entry, clock.instant()))
                        .limit(limit)
                        .toList();
            }
        }

        @Override
        public Result<Long> update(List<StateChange> changes) {
            StateChange.requireUpdate(changes);
            synchronized (MemoryAdapterStates.this) {
                Instant now = clock.instant();
                NavigableMap<String, StateEntry> updated = new TreeMap<>(entries());
                updated.values().removeIf(entry -> !isLive(entry, now));
                long before = bytes(updated);
                for (StateChange change : changes) {
                    StateEntry current = updated.get(change.key());
                    if (!change.holds(current == null ? OptionalLong.empty() : OptionalLong.of(current.revision()))) {
                        return Result.refused(Reason.PRECONDITION_FAILED, "the entry has another revision");
                    }
                    apply(change, updated, now);
                }
                long others = adapters.entrySet().stream()
                        .filter(each -> !each.getKey().equals(adapter))
                        .mapToLong(each -> bytes(each.getValue()))
                        .sum();
                long after = bytes(updated);
                if (after > before && (after > StateLimits.MAX_BYTES || others + after > StateLimits.MAX_TOTAL_BYTES)) {
                    return Result.refused(Reason.NO_ROOM, "the state is full");
                }
                adapters.put(adapter, updated);
                return Result.done(++revision);
            }
        }

        private void apply(StateChange change, Map<String, StateEntry> updated, Instant now) {
            change.value()
                    .ifPresentOrElse(
                            value -> updated.put(
                                    change.key(),
                                    new StateEntry(
                                            change.key(),
                                            value,
                                            revision + 1,
                                            change.keepFor().map(now::plus))),
                            () -> updated.remove(change.key()));
        }
    }
}
