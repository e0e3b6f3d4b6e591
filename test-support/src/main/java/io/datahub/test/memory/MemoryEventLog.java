package io.datahub.test.memory;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventRun;
import io.datahub.api.record.Cursor;
import java.util.ArrayList;
import java.util.List;

/** A log of events in memory, which recognizes no repetitions. Thread-safe. */
public final class MemoryEventLog implements EventLog {

    private final String epoch;
    private final int maxEventBytes;
    private final List<EventRun> events = new ArrayList<>(); // guarded by this
    private long sequence; // guarded by this

    /**
     * @param epoch that of the journal
     * @param maxEventBytes refuses larger ones
     */
    public MemoryEventLog(String epoch, int maxEventBytes) {
        this.epoch = epoch;
        this.maxEventBytes = maxEventBytes;
    }

    /** The events, with their positions. */
    public synchronized List<EventRun> events() {
        return List.copyOf(events);
    }

    @Override
    public synchronized void append(EventRun event, Completion completion) {
        if (event.length() > maxEventBytes) {
            completion.refused(new Refusal(Reason.TOO_LARGE, "the event is too large"));
            return;
        }
        Cursor cursor = new Cursor(epoch, sequence, events.size() + 1L);
        events.add(event.at(cursor));
        completion.appended(cursor);
    }

    @Override
    public synchronized void announce(Cursor cursor, Runnable delivery) {
        sequence = cursor.sequence();
        delivery.run();
    }
}
