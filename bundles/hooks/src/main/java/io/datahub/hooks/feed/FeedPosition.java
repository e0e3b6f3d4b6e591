package io.datahub.hooks.feed;

import io.datahub.api.record.Cursor;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.StateChange;
import io.datahub.api.state.StateEntry;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far a feed has come, in the state of an adapter: after which event, and when that was published. The latter counts
 * when the history has begun a new epoch, because it was restored from a backup, say: the position is meaningless then, but
 * the events that were published before have been processed. Not thread-safe.
 */
final class FeedPosition {

    private static final String CURSOR = "cursor";
    private static final String TIME = "time";
    private static final String PROCESSED = "processed";

    private final AdapterState state;
    private final FeedOwner owner;

    /** Events of an earlier epoch that are in the history of this one; empty if there are none, or they were read. */
    private Optional<Processed> processed = Optional.empty();

    /**
     * Events that were processed in an earlier epoch.
     *
     * @param before those that were published before this time
     * @param head of these, those up to here, which was the end of the history when the new epoch was noticed: a clock that
     *     is set back later loses nothing
     */
    private record Processed(Instant before, Cursor head) {}

    /** @param owner makes the changes */
    FeedPosition(AdapterState state, FeedOwner owner) {
        this.state = state;
        this.owner = owner;
    }

    /** The position after the last event that was processed; empty if there is none yet. */
    Optional<Cursor> load() throws IOException {
        Optional<StateEntry> earlier = state.get(PROCESSED);
        if (earlier.isPresent()) {
            String[] words = earlier.get().text().split(" ", -1);
            processed = Optional.of(new Processed(
                    Instant.ofEpochMilli(Long.parseLong(words[0])),
                    Cursor.parse(words[1]).get()));
        } else {
            processed = Optional.empty();
        }
        return state.get(CURSOR).map(entry -> Cursor.parse(entry.text()).get());
    }

    /** Stores that everything up to a position has been processed. */
    void store(Cursor cursor, Instant time) throws IOException {
        List<StateChange> changes = new ArrayList<>(List.of(
                StateChange.put(CURSOR, cursor.toString()), StateChange.put(TIME, Long.toString(time.toEpochMilli()))));
        if (processed.isPresent()) {
            changes.add(StateChange.delete(PROCESSED));
        }
        owner.update(changes);
        processed = Optional.empty();
    }

    /** Continues elsewhere, after a gap in the same epoch. */
    void move(Cursor cursor) throws IOException {
        owner.update(List.of(StateChange.put(CURSOR, cursor.toString())));
    }

    /**
     * Continues with the events of a new epoch that haven't been processed yet.
     *
     * @param oldest the position before the oldest event
     * @param head the position after the newest event
     */
    void restart(Cursor oldest, Cursor head) throws IOException {
        List<StateChange> changes = new ArrayList<>(List.of(StateChange.put(CURSOR, oldest.toString())));
        Optional<StateEntry> time = state.get(TIME);
        if (time.isPresent()) {
            changes.add(StateChange.put(PROCESSED, time.get().text() + " " + head));
        }
        owner.update(changes);
    }

    /** Whether an event has been processed in an earlier epoch. */
    boolean hasProcessed(Cursor cursor, Instant time) {
        return processed
                .filter(earlier -> cursor.isUpTo(earlier.head()) && time.isBefore(earlier.before()))
                .isPresent();
    }
}
