package io.datahub.cluster.history;

import io.datahub.api.cluster.LedgerEvent.Origin;
import io.datahub.api.event.EventLog.Completion;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The events of this hub that the ledger was asked to append and that aren't delivered yet: whoever removes one completes
 * it. Thread-safe.
 */
public final class SentEvents {

    private final UUID writer = UUID.randomUUID();
    private final Map<Origin, Completion> sent = new ConcurrentHashMap<>();
    private final Queue<Repeated> repeated = new ConcurrentLinkedQueue<>();

    /** The event of this hub that was delivered last; used by the thread that delivers. */
    private Optional<Origin> latest = Optional.empty();

    /** An event that the ledger has recognized, to be completed after the event with a number. */
    private record Repeated(Origin origin, long after) {}

    /** Identifies this start of this hub. */
    UUID writer() {
        return writer;
    }

    void add(long batch, int item, Completion completion) {
        sent.put(new Origin(writer, batch, item), completion);
    }

    Optional<Completion> remove(long batch, int item) {
        return remove(new Origin(writer, batch, item));
    }

    /** The ledger has recognized an event: it is completed after the one with a number. */
    void addRepeated(long batch, int item, long after) {
        repeated.add(new Repeated(new Origin(writer, batch, item), after));
    }

    /** Completes repeated events, when all up to a number are delivered. */
    void completeRepeated(long delivered) {
        repeated.removeIf(one -> {
            boolean isDue = one.after() <= delivered;
            if (isDue) {
                remove(one.origin()).ifPresent(Completion::repeated);
            }
            return isDue;
        });
    }

    /**
     * On the thread that delivers: completes what is left of a batch before an event that is delivered next: since events are delivered in their
     * order, those were recognized, whether or not the ledger has answered yet.
     */
    void completeBefore(Origin next) {
        if (next.writer().equals(writer)) {
            int first = latest.isPresent() && latest.get().batch() == next.batch()
                    ? latest.get().item()
                    : 0;
            for (int item = first; item < next.item(); item++) {
                remove(next.batch(), item).ifPresent(Completion::repeated);
            }
            latest = Optional.of(next);
        }
    }

    /** Removes an event; empty if it is one of another hub. */
    Optional<Completion> remove(Origin origin) {
        return Optional.ofNullable(sent.remove(origin));
    }

    /** Removes all events. */
    List<Completion> removeAll() {
        return List.copyOf(sent.keySet()).stream()
                .map(this::remove)
                .flatMap(Optional::stream)
                .toList();
    }
}
