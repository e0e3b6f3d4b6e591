package io.datahub.nats.stream;

import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.PublishedEventListener;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The streams to all other hubs: puts each event into those whose receivers want it. Thread-safe. */
public final class OutgoingStreams implements PublishedEventListener {

    /** Longer prefixes are cut, so no more of a topic has to be compared. */
    public static final int MAX_PREFIX_BYTES = 64;

    private final Map<String, OutgoingStream> byHub = new ConcurrentHashMap<>();
    private final RelayCounters counters;
    private volatile Runnable wake = () -> {};

    public OutgoingStreams(RelayCounters counters) {
        this.counters = counters;
    }

    /**
     * Has somebody notified.
     *
     * @param wake called when there may be something to send; it must not block
     */
    public void onMore(Runnable wake) {
        this.wake = wake;
    }

    /** The streams, by the name of the receiver; can be changed. */
    public Map<String, OutgoingStream> byHub() {
        return byHub;
    }

    Collection<OutgoingStream> all() {
        return byHub.values();
    }

    @Override
    public void published(EventRun run) {
        if (byHub.isEmpty()) {
            return;
        }
        boolean added = false;
        for (OutgoingStream stream : byHub.values()) {
            TopicFilter filter = stream.filter();
            if (filter.matchesAll() && (run.length() <= Batch.MAX_PIECE || run.count() == 1)) {
                add(stream, run, run.start(), run.end(), run.count());
                added = true;
            } else if (!filter.matchesNone()) {
                added |= addWanted(stream, filter, run);
            }
        }
        if (added) {
            wake.run();
        }
    }

    /** The other hub delivers these itself. */
    @Override
    public void publishedEverywhere(EventRun run) {
        // nothing to send
    }

    /** Adds the events that the receiver wants, in pieces that are not too large. */
    private boolean addWanted(OutgoingStream stream, TopicFilter filter, EventRun run) {
        byte[] topic = new byte[MAX_PREFIX_BYTES];
        int start = run.start();
        int count = 0;
        boolean added = false;
        EventReader event = new EventReader(run);
        while (event.next()) {
            boolean isWanted = isWanted(filter, run, event, topic);
            if (count > 0 && (!isWanted || event.end() - start > Batch.MAX_PIECE)) {
                add(stream, run, start, event.start(), count);
                added = true;
                count = 0;
            }
            if (isWanted) {
                start = count == 0 ? event.start() : start;
                count++;
            }
        }
        if (count > 0) {
            add(stream, run, start, run.end(), count);
            added = true;
        }
        return added;
    }

    private static boolean isWanted(TopicFilter filter, EventRun run, EventReader event, byte[] topic) {
        int length = Math.min(event.firstFrameEnd() - event.topicStart(), topic.length);
        run.buffer().bytes().get(event.topicStart(), topic, 0, length);
        return filter.matches(topic, length);
    }

    private void add(OutgoingStream stream, EventRun run, int start, int end, int count) {
        if (!stream.add(run, start, end, count)) {
            counters.unsent(count);
        }
    }

    /** The number of bytes that wait for all other hubs. */
    public long queuedBytes() {
        return byHub.values().stream().mapToLong(OutgoingStream::queuedBytes).sum();
    }
}
