package io.datahub.test.memory;

import io.datahub.api.event.EventRun;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The events that wait for a session, and where others were lost between them. Not thread-safe. */
final class MemoryQueue {

    private final Deque<Entry> entries = new ArrayDeque<>();
    private long bytes;
    private int events;

    /** An event, or else how many were lost here. */
    private record Entry(Optional<EventRun> event, long lost) {}

    /** Adds an event, and holds its buffer. */
    void add(EventRun event) {
        event.buffer().retain();
        entries.add(new Entry(Optional.of(event), 0));
        bytes += event.length();
        events++;
    }

    /** Adds the place of a loss. */
    void addLoss(long lost) {
        Entry last = entries.peekLast();
        boolean goesOn = last != null && last.event().isEmpty();
        long before = goesOn ? entries.removeLast().lost() : 0;
        entries.add(new Entry(Optional.empty(), before + lost));
    }

    /**
     * Removes the first event, or a report of those lost there.
     *
     * @param total how many were lost so far
     */
    EventRun take(long total) {
        Entry first = entries.remove();
        if (first.event().isEmpty()) {
            String json = "{\"lost\":" + first.lost() + ",\"total\":" + total + "}";
            return MemoryBroker.event("hub.lost", json.getBytes(StandardCharsets.UTF_8));
        }
        EventRun event = first.event().get();
        bytes -= event.length();
        events--;
        return event;
    }

    /** Removes all. */
    void clear() {
        entries.forEach(entry -> entry.event().ifPresent(event -> event.buffer().release()));
        entries.clear();
        bytes = 0;
        events = 0;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    long bytes() {
        return bytes;
    }

    int events() {
        return events;
    }
}
