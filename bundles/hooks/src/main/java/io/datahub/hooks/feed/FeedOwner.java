package io.datahub.hooks.feed;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.StateChange;
import io.datahub.api.state.StateEntry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Which hub of a cluster runs a feed that several hubs are configured for: one at a time, by a lease in the state that they
 * share. What the owner stores is stored only if no other hub has taken over. A hub that is alone owns all its feeds.
 * Thread-safe; methods that throw block on the network.
 */
final class FeedOwner {

    /** How long after its last sign of life another hub takes over. */
    static final Duration LEASE = Duration.ofSeconds(60);

    private static final String OWNER = "owner";

    private final AdapterState state;
    private final Optional<String> hub;
    private final LongSupplier nanoTime;
    private volatile long revision; // of the own lease; 0 without one; written by those who hold the lock
    private volatile long renewed; // when the lease was extended last, by nanoTime; written likewise
    private volatile Optional<String> other = Optional.empty();

    /** @param hub the name of this hub in its cluster; empty if it is alone */
    FeedOwner(AdapterState state, Optional<String> hub) {
        this(state, hub, System::nanoTime);
    }

    FeedOwner(AdapterState state, Optional<String> hub, LongSupplier nanoTime) {
        this.state = state;
        this.hub = hub;
        this.nanoTime = nanoTime;
    }

    /** Whether there may be other owners. */
    boolean isShared() {
        return hub.isPresent();
    }

    /** Whether this hub owns the feed: false, too, once its lease can have expired without an answer from the state. */
    boolean isOwner() {
        return hub.isEmpty() || (revision != 0 && nanoTime.getAsLong() - renewed < LEASE.toNanos());
    }

    /** The other hub that owns the feed, as far as this one knows. */
    Optional<String> other() {
        return other;
    }

    /** Takes the feed over if no other hub owns it. The lease of an earlier process of this hub is its own. */
    synchronized boolean acquire() throws IOException {
        if (hub.isEmpty()) {
            return true;
        }
        long now = nanoTime.getAsLong();
        Optional<StateEntry> present = state.get(OWNER);
        Optional<String> owner = present.map(StateEntry::text);
        if (owner.isPresent() && !owner.equals(hub)) {
            other = owner;
            revision = 0;
            return false;
        }
        StateChange lease = StateChange.put(OWNER, hub.get()).expiringAfter(LEASE);
        Result<Long> taken = state.update(
                List.of(present.isPresent() ? lease.ifRevision(present.get().revision()) : lease.ifAbsent()));
        renewed = now;
        revision = taken.isRefused() ? 0 : taken.get();
        if (revision != 0) {
            other = Optional.empty();
        }
        return revision != 0;
    }

    /** Extends the lease; does nothing if there is none. */
    synchronized void renew() throws IOException {
        if (hub.isPresent() && revision != 0) {
            update(List.of());
        }
    }

    /**
     * Makes changes of the feed's state, and extends the lease.
     *
     * @throws IOException if another hub has taken over, or the changes can't be made
     */
    synchronized void update(List<StateChange> changes) throws IOException {
        long now = nanoTime.getAsLong();
        List<StateChange> all = new ArrayList<>(changes);
        if (hub.isPresent()) {
            if (revision == 0) {
                throw new IOException("another hub of the cluster runs this feed");
            }
            all.add(StateChange.put(OWNER, hub.get()).ifRevision(revision).expiringAfter(LEASE));
        }
        Result<Long> updated = state.update(all);
        Optional<Refusal> refusal = updated.refusal();
        if (refusal.isPresent()) {
            if (hub.isPresent() && refusal.get().reason() == Reason.PRECONDITION_FAILED) {
                revision = 0;
                throw new IOException("another hub of the cluster has taken this feed over");
            }
            throw new IOException(
                    "the position can't be stored: " + refusal.get().detail());
        }
        renewed = now;
        revision = updated.get();
    }

    /** Lets another hub take over now. */
    synchronized void release() throws IOException {
        if (hub.isPresent() && revision != 0) {
            state.update(List.of(StateChange.delete(OWNER).ifRevision(revision)));
            revision = 0;
        }
    }
}
