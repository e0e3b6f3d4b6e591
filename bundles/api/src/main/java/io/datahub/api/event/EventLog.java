package io.datahub.api.event;

import io.datahub.api.Refusal;
import io.datahub.api.record.Cursor;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Keeps the events of some topics. The broker delivers an event of such a topic, and answers its publisher, only after
 * the log has appended it, so that an answer says that the event is kept. Registered as a service with the property
 * {@link #TOPICS}, which may change at any time; of several for one topic the one with the highest service ranking is
 * used.
 *
 * <p>{@link #append} is called on the threads of publishers, several at once, and must not block: a log that has to
 * wait for a disk or another machine completes later, on a thread of its own, while the broker takes nothing more from
 * that publisher.
 */
@ConsumerType
public interface EventLog {

    /**
     * Service property: the topic prefixes that it keeps, as an array, a collection, or one comma-separated text; an
     * asterisk at the end of a prefix is ignored. Without it the log keeps nothing. The hub's own topics are never
     * offered.
     */
    String TOPICS = "topics";

    /**
     * Appends an event that grants and validators have accepted.
     *
     * @param event a single event without a position; its buffer is the event's own and never reused
     * @param completion called exactly once, possibly before this returns. A log that throws instead, or that is
     *     unregistered before it has called it, refuses the event
     */
    void append(EventRun event, Completion completion);

    /**
     * Gives a file event its place among the kept events: the broker calls this, on the threads that announce file
     * events, one call at a time and in the order of the journal. Kept events that were given a position before it are
     * delivered before it, those after it later. It must not block: a log that still waits for a disk runs the delivery
     * later, on a thread of its own. A log with positions of another numbering runs it at once.
     *
     * @param cursor the position of the file event
     * @param delivery delivers it; to be run exactly once, and one at a time with {@link Completion#appended}
     */
    default void announce(Cursor cursor, Runnable delivery) {
        delivery.run();
    }

    /**
     * Whether what this log appends is delivered at all hubs of a cluster, so that nothing else has to send it there.
     *
     * @return whether it is; always the same
     */
    default boolean isShared() {
        return false;
    }

    /** Receives the outcome of appending one event. Thread-safe; doesn't block. */
    interface Completion {

        /**
         * The event was appended, as durably as its topic demands. The broker delivers it within this call: a log calls
         * it in the order of the positions and one at a time, so that all subscribers receive events in that order. If
         * file events have positions of the same numbering, this holds for both together; see
         * {@link EventBroker#announce(Cursor, String, byte[])}.
         *
         * @param cursor the position of the event, as in {@link io.datahub.api.history.EventHistory}
         */
        void appended(Cursor cursor);

        /**
         * The event was appended, but isn't in the history: only the newest one of its topic is kept; see
         * {@link LastEvents}. It is delivered like one with a position, one at a time with these.
         */
        void appended();

        /**
         * The event was appended before: a CloudEvent with its {@code source} and {@code id} was, within the time for which
         * the log recognizes them. It isn't delivered again, and its publisher is told the same as the first time.
         */
        void repeated();

        /**
         * The event is not kept, is not delivered, and its publisher is told why.
         *
         * @param refusal the cause and the remedy, with the reason {@code NO_ROOM}, {@code TOO_LARGE}, {@code TOO_MANY},
         *     {@code INVALID} or {@code UNAVAILABLE}
         */
        void refused(Refusal refusal);
    }
}
