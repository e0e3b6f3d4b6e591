package io.datahub.broker.whiteboard;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.PublishedEventListener;
import io.datahub.broker.topic.TopicPrefixes;

/** A registered listener with its topics; what it throws is logged and affects nobody else. Thread-safe. */
public final class GuardedListener {

    private final PublishedEventListener listener;
    private final TopicPrefixes topics;
    private final ListenerFailures failures = new ListenerFailures();

    GuardedListener(PublishedEventListener listener, TopicPrefixes topics) {
        this.listener = listener;
        this.topics = topics;
    }

    PublishedEventListener listener() {
        return listener;
    }

    boolean sees(byte[] topic) {
        return topics.matchPublished(topic);
    }

    /**
     * Shows it a run; see {@link PublishedEventListener#published}.
     *
     * @param isEverywhere whether all hubs of the cluster deliver it
     */
    public void published(EventRun run, boolean isEverywhere) {
        try {
            if (isEverywhere) {
                listener.publishedEverywhere(run);
            } else {
                listener.published(run);
            }
        } catch (RuntimeException | LinkageError e) {
            failures.report(listener, e);
        }
    }
}
