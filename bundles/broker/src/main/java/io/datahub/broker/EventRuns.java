package io.datahub.broker;

import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What can be done with runs of events: take the head of one, copy one, write one. */
final class EventRuns {

    private EventRuns() {}

    /**
     * The longest head of a run that has no more bytes and no more events than this.
     *
     * @return the head, or null if not even the first event fits
     */
    static EventRun head(EventRun run, long maxBytes, int maxEvents) {
        EventReader reader = new EventReader(run);
        int count = 0;
        int end = run.start();
        while (count < maxEvents && reader.next() && reader.end() - run.start() <= maxBytes) {
            end = reader.end();
            count++;
        }
        return count == 0 ? null : new EventRun(run.buffer(), run.start(), end, count, run.user(), run.timeMillis());
    }

    /** The same run in memory of its own. */
    static EventRun copy(EventRun run) {
        ByteBuffer bytes = ByteBuffer.allocate(run.length());
        bytes.put(0, run.buffer().bytes(), run.start(), run.length());
        return new EventRun(new SharedBuffer(bytes), 0, run.length(), run.count(), run.user(), run.timeMillis());
    }

    /** The hub tells a subscriber what it lost. */
    static EventRun lost(long events, long inAll) {
        String payload = "{\"lost\":" + events + ",\"total\":" + inAll + "}";
        return ofHub(Topic.LOST, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** One event of the hub itself. */
    static EventRun ofHub(byte[] topic, byte[] payload) {
        ByteBuffer bytes = EventWriter.write(topic, payload);
        return new EventRun(new SharedBuffer(bytes), 0, bytes.limit(), 1, "", System.currentTimeMillis());
    }
}
