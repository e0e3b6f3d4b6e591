package io.datahub.broker.queue;

import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.SharedBuffer;
import io.datahub.broker.topic.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Operations on runs of events: take the head, copy, create. */
public final class EventRuns {

    private EventRuns() {}

    /**
     * The longest head of a run within these limits.
     *
     * @return the head, or null if not even the first event fits
     */
    public static EventRun head(EventRun run, long maxBytes, int maxEvents) {
        EventReader reader = new EventReader(run);
        int count = 0;
        int end = run.start();
        while (count < maxEvents && reader.next() && reader.end() - run.start() <= maxBytes) {
            end = reader.end();
            count++;
        }
        if (count == run.count()) {
            return run;
        }
        return count == 0 ? null : new EventRun(run.buffer(), run.start(), end, count, run.user(), run.timeMillis());
    }

    /** A copy of the run in its own buffer. */
    public static EventRun copy(EventRun run) {
        ByteBuffer bytes = ByteBuffer.allocate(run.length());
        bytes.put(0, run.buffer().bytes(), run.start(), run.length());
        EventRun copy =
                new EventRun(new SharedBuffer(bytes), 0, run.length(), run.count(), run.user(), run.timeMillis());
        return run.cursor().map(copy::at).orElse(copy);
    }

    /** The event that reports losses to a subscriber. */
    public static EventRun lost(long events, long total) {
        String payload = "{\"lost\":" + events + ",\"total\":" + total + "}";
        return ofHub(Topic.lost(), payload.getBytes(StandardCharsets.UTF_8));
    }

    /** An event of the hub itself. */
    public static EventRun ofHub(byte[] topic, byte[] payload) {
        ByteBuffer bytes = EventWriter.write(topic, payload);
        return new EventRun(new SharedBuffer(bytes), 0, bytes.limit(), 1, "", System.currentTimeMillis());
    }
}
