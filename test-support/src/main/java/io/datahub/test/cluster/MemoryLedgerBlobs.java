package io.datahub.test.cluster;

import io.datahub.api.cluster.LedgerBlobs;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The dead blobs of a {@link MemoryLedger}. */
final class MemoryLedgerBlobs implements LedgerBlobs {

    private final MemoryLedger ledger;

    MemoryLedgerBlobs(MemoryLedger ledger) {
        this.ledger = ledger;
    }

    @Override
    public List<String> dead(Duration minAge, int limit) throws IOException {
        return ledger.read(state -> {
            Instant end = state.now().minus(minAge);
            return state.dead().entrySet().stream()
                    .filter(each -> !each.getValue().isAfter(end))
                    .limit(limit)
                    .map(Map.Entry::getKey)
                    .toList();
        });
    }

    @Override
    public Set<String> condemn(Collection<String> keys) throws IOException {
        return ledger.change(state -> {
            Set<String> gone = new HashSet<>(keys);
            gone.removeIf(state::isUsed);
            gone.forEach(key -> state.dead().putIfAbsent(key, state.now()));
            return gone;
        });
    }

    @Override
    public void forget(Collection<String> keys) throws IOException {
        ledger.change(state -> {
            keys.forEach(state::forget);
            return keys;
        });
    }
}
