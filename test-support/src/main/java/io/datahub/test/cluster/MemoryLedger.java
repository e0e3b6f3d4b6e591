package io.datahub.test.cluster;

import io.datahub.api.cluster.LedgerBlobs;
import io.datahub.api.cluster.LedgerDrafts;
import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.cluster.LedgerHub;
import io.datahub.api.cluster.LedgerHubs;
import io.datahub.api.cluster.LedgerJournal;
import io.datahub.api.cluster.LedgerRecords;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.cluster.UnknownFateException;
import io.datahub.api.state.AdapterStates;
import io.datahub.test.memory.MemoryAdapterStates;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A ledger in memory, which several hubs in one JVM can share. Tests can make it unreachable, and have it lose answers.
 * Thread-safe.
 */
public final class MemoryLedger implements SharedLedger, LedgerHubs {

    private static final Duration HUB_KEPT = Duration.ofDays(1);

    private final InstantSource clock;
    private final LedgerState state; // guarded by this
    private final LedgerRecords records;
    private final LedgerJournal journal;
    private final LedgerEvents events;
    private final LedgerDrafts drafts;
    private final LedgerBlobs blobs;
    private final AdapterStates states;
    private final String id = UUID.randomUUID().toString().replace("-", "");
    private final Map<UUID, Known> hubs = new HashMap<>(); // guarded by this
    private Fault fault = Fault.NONE; // guarded by this

    /** A hub, and when it was there. */
    private record Known(LedgerHub hub, Instant seen) {}

    /** How a ledger fails. */
    public enum Fault {
        /** It works. */
        NONE,
        /** It is unreachable. */
        AWAY,
        /** The answer to the next change is lost, and the change is made. */
        LOSE_NEXT_ANSWER,
        /** The next change is lost, and whoever made it can't know. */
        LOSE_NEXT_CHANGE
    }

    /** Something that is done with the state. */
    interface Action<T> {
        T run(LedgerState state) throws IOException;
    }

    /** @param clock the ledger's clock */
    public MemoryLedger(InstantSource clock) {
        this.clock = clock;
        state = new LedgerState(clock);
        records = new MemoryLedgerRecords(this);
        journal = new MemoryLedgerJournal(this);
        events = new MemoryLedgerEvents(this);
        drafts = new MemoryLedgerDrafts(this);
        blobs = new MemoryLedgerBlobs(this);
        states = new MemoryAdapterStates(clock);
    }

    /** Sets how it fails from now on. */
    public synchronized void setFault(Fault next) {
        fault = next;
    }

    /** Adds an entry of a kind that only later versions know. */
    public synchronized void addEntryOfLaterKind() {
        state.skip();
    }

    /** Reads, unless the ledger is unreachable. */
    synchronized <T> T read(Action<T> action) throws IOException {
        if (fault == Fault.AWAY) {
            throw new IOException("the ledger is unreachable");
        }
        return action.run(state);
    }

    /** Changes something, unless the ledger is unreachable. */
    synchronized <T> T change(Action<T> action) throws IOException {
        Fault now = fault;
        fault = now == Fault.AWAY ? now : Fault.NONE;
        T result = now == Fault.LOSE_NEXT_CHANGE ? null : read(action);
        if (now == Fault.LOSE_NEXT_ANSWER || now == Fault.LOSE_NEXT_CHANGE) {
            throw new UnknownFateException("the answer of the ledger was lost", null);
        }
        return result;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public synchronized String epoch() {
        return state.epoch();
    }

    @Override
    public Instant now() {
        return clock.instant();
    }

    @Override
    public LedgerRecords records() {
        return records;
    }

    @Override
    public LedgerJournal journal() {
        return journal;
    }

    @Override
    public LedgerEvents events() {
        return events;
    }

    @Override
    public LedgerHubs hubs() {
        return this;
    }

    @Override
    public LedgerDrafts drafts() {
        return drafts;
    }

    @Override
    public LedgerBlobs blobs() {
        return blobs;
    }

    @Override
    public AdapterStates states() {
        return states;
    }

    @Override
    public synchronized long confirm(LedgerHub hub) throws IOException {
        return change(ledger -> {
            hubs.put(hub.instance(), new Known(hub, ledger.now()));
            return ledger.newest();
        });
    }

    @Override
    public synchronized List<Seen> list() throws IOException {
        return read(ledger -> {
            Instant now = ledger.now();
            hubs.values().removeIf(known -> known.seen().isBefore(now.minus(HUB_KEPT)));
            return hubs.values().stream()
                    .map(known -> new Seen(
                            known.hub(), Duration.between(known.seen(), now).toMillis()))
                    .sorted(Comparator.comparing(seen -> seen.hub().name()))
                    .toList();
        });
    }
}
