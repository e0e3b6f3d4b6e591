package io.datahub.test.cluster;

import io.datahub.api.cluster.LedgerEvent;
import io.datahub.api.cluster.LedgerEvents.Appended;
import io.datahub.api.cluster.LedgerEvents.Bounds;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The events of kept topics that a {@link MemoryLedger} holds. */
final class LedgerKept {

    final NavigableMap<Long, Stored> events = new TreeMap<>();
    final NavigableMap<String, LedgerEvent> last = new TreeMap<>(LedgerState.BYTES);
    final Map<String, Long> trimmed = new TreeMap<>();
    final Map<String, Bounds> bounds = new TreeMap<>();
    final Map<String, Known> identities = new HashMap<>();
    final Map<UUID, Batch> batches = new HashMap<>();
    final Map<String, LastUse> lastRules = new TreeMap<>();

    /** An event, and when it was appended. */
    record Stored(LedgerEvent event, Instant time) {}

    /** The number of an event, and until when its identity is recognized. */
    record Known(long number, Instant until) {}

    /** The latest batch of a writer. */
    record Batch(long number, List<Appended> answers) {}

    /** When a rule for newest events was last looked at, and for how long no hub had it then. */
    record LastUse(Instant seen, Duration unused) {

        private static final Duration MAX_STEP = Duration.ofMinutes(2);

        LastUse at(Instant now) {
            Duration step = Duration.between(seen, now);
            return step.compareTo(MAX_STEP) > 0 ? new LastUse(now, unused.plus(MAX_STEP)) : this;
        }
    }

    /** The blobs that events have. */
    Set<String> blobs() {
        return Stream.concat(events.values().stream().map(Stored::event), last.values().stream())
                .map(event -> event.content().blob())
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
    }

    void clear() {
        events.clear();
        last.clear();
        trimmed.clear();
        bounds.clear();
        identities.clear();
        batches.clear();
    }
}
