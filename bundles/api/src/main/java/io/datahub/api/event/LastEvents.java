package io.datahub.api.event;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Keeps the newest event of each topic, for those who subscribe later: they get it first, by whatever transport.
 * Registered as a service with the property {@link #TOPICS}, which may change at any time; of several for one prefix the
 * one with the highest service ranking is used. Usually what registers it is the {@link EventLog} of these topics as
 * well, since it has to know when their events are delivered.
 */
@ConsumerType
public interface LastEvents {

    /**
     * Service property: the topic prefixes whose newest events it keeps, in the form of {@link EventLog#TOPICS}. Without
     * it there are none.
     */
    String TOPICS = "topics";

    /**
     * Begins a subscription to a prefix that has topics of this service in common. The newest event of each topic that
     * was delivered before the subscription began is sent, unless a later one of the topic has been delivered in
     * between: so the events of a topic arrive in their order, and none twice.
     *
     * @param prefix the prefix, as subscribed
     * @param begin has later events delivered; to be run exactly once, before this returns, while none of these topics
     *     is being delivered
     * @param receiver receives the newest events, in no particular order, on any thread, also after this has returned
     */
    void subscribe(byte[] prefix, Runnable begin, Receiver receiver);

    /** Receives the newest events for one subscription. Thread-safe; doesn't block. */
    interface Receiver {

        /**
         * Whether events are of use: not if the subscription has ended.
         *
         * @return whether they are
         */
        boolean isOpen();

        /**
         * Whether there is room for events at present, so that none is lost because the subscriber is slow.
         *
         * @return whether there is; otherwise it is asked again after a moment
         */
        boolean hasRoom();

        /**
         * Delivers those of some events that the subscriber may receive now.
         *
         * @param events single events, each with its position if it is in the history; their buffers are their own
         */
        void receive(List<EventRun> events);
    }
}
