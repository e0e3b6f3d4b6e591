package io.datahub.api.feed;

import io.datahub.api.Refusal;
import io.datahub.api.record.Cursor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A subscription that began in the past, with the position up to which its kept events have been delivered. Not
 * thread-safe.
 */
final class ReplayedSubscription {

    private final List<String> prefixes;
    private final List<String> removed = new ArrayList<>();
    private final Cursor since;
    private final Cursor pastEnd;
    private final Consumer<? super Refusal> gap;
    private Cursor position;

    /**
     * @param since the position that it starts after
     * @param pastEnd the head of the history when it began: what comes later isn't the past that the client requested
     * @param gap receives the refusal if events are no longer in the history
     */
    ReplayedSubscription(List<String> prefixes, Cursor since, Cursor pastEnd, Consumer<? super Refusal> gap) {
        this.prefixes = new ArrayList<>(prefixes);
        this.since = since;
        this.pastEnd = pastEnd;
        this.gap = gap;
        position = since;
    }

    boolean includes(String topic) {
        for (String prefix : prefixes) {
            if (topic.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    int size() {
        return prefixes.size();
    }

    Cursor position() {
        return position;
    }

    /** Everything up to this position has been delivered; a position before the current one changes nothing. */
    void advance(Cursor to) {
        if (!to.isUpTo(position)) {
            position = to;
        }
    }

    /** Whether the position is at or after this one. */
    boolean hasReached(Cursor cursor) {
        return cursor.isUpTo(position);
    }

    /** Whether an entry that it includes was delivered because of it. */
    boolean hasDelivered(Cursor cursor) {
        return cursor.isUpTo(position) && !cursor.isUpTo(since);
    }

    /** Whether an entry belongs to the past that the client requested. */
    boolean isPast(Cursor cursor) {
        return cursor.isUpTo(pastEnd);
    }

    void reportGap(Refusal refusal) {
        gap.accept(refusal);
    }

    List<String> prefixes() {
        return List.copyOf(prefixes);
    }

    /** Marks a prefix for removal; false if there is none. */
    boolean remove(String prefix) {
        boolean isPresent = prefixes.stream().filter(prefix::equals).count()
                > removed.stream().filter(prefix::equals).count();
        return isPresent && removed.add(prefix);
    }

    /** Removes the prefixes that are marked; true if none is left. */
    boolean applyRemovals() {
        removed.forEach(prefixes::remove);
        removed.clear();
        return prefixes.isEmpty();
    }
}
