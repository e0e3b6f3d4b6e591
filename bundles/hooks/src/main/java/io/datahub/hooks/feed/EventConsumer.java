package io.datahub.hooks.feed;

import java.io.IOException;

/** Processes events one after another, on the thread of an {@link EventFeed}. */
public interface EventConsumer {

    /**
     * Called on the feed's thread before it reads, again after each failure: what is in the state may have been changed by
     * another hub of the cluster, which has run the feed before.
     */
    default void started() throws IOException {}

    /**
     * Processes an event; it isn't passed again once this has returned, unless the hub is killed immediately after.
     *
     * @param event the event
     * @throws InterruptedException if the consumer is being stopped; the feed ends, and the event is passed again after a
     *     restart
     * @throws IOException if the state can't be written; the event is passed again soon
     */
    void accept(FeedEvent event) throws IOException, InterruptedException;

    /** Called on the feed's thread between events, when {@link EventFeed#wake} was called. */
    default void idle() throws IOException, InterruptedException {}

    /**
     * Kept events were lost, because the history no longer has them.
     *
     * @param reason what the history says
     */
    void gap(String reason);

    /** Called on any thread, once or more, when another hub of the cluster may run the feed: the consumer must not block. */
    default void disowned() {}

    /** Live events were lost because they arrived faster than they were processed, and their topics aren't kept. */
    default void lost(long events) {}
}
