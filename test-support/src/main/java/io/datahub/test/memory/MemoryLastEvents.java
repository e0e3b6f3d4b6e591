package io.datahub.test.memory;

import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.LastEvents;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The newest event of each topic in memory, of all topics that are offered to it. What a subscriber has no room for waits
 * for {@link #retry}. Thread-safe.
 */
public final class MemoryLastEvents implements EventLog, LastEvents {

    private final Map<String, EventRun> newest = new TreeMap<>(); // guarded by this
    private final Deque<Waiting> waiting = new ArrayDeque<>(); // guarded by this

    /** An event that a subscriber has no room for. */
    private record Waiting(String topic, EventRun event, Receiver receiver) {}

    @Override
    public synchronized void append(EventRun event, Completion completion) {
        EventReader reader = new EventReader(event);
        reader.next();
        if (reader.payload().hasRemaining()) {
            newest.put(reader.topic(), event);
        } else {
            newest.remove(reader.topic());
        }
        completion.appended();
    }

    @Override
    public synchronized void subscribe(byte[] prefix, Runnable begin, Receiver receiver) {
        begin.run();
        String text = new String(prefix, StandardCharsets.UTF_8);
        newest.forEach((topic, event) -> {
            if (topic.startsWith(text)) {
                waiting.add(new Waiting(topic, event, receiver));
            }
        });
        retry();
    }

    /** Sends what waits for room, unless it isn't the newest event of its topic any more. */
    public synchronized void retry() {
        for (int left = waiting.size(); left > 0; left--) {
            Waiting one = waiting.poll();
            if (!one.receiver().isOpen() || newest.get(one.topic()) != one.event()) {
                continue;
            }
            if (one.receiver().hasRoom()) {
                one.receiver().receive(List.of(one.event()));
            } else {
                waiting.add(one);
            }
        }
    }
}
