package io.datahub.broker.whiteboard;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.PublishedEventListener;
import io.datahub.api.log.LogLimit;
import io.datahub.broker.topic.TopicPrefixes;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A registered listener with its topics; what it throws is logged and affects nobody else. Thread-safe. */
public final class GuardedListener {

    private static final Logger LOG = LoggerFactory.getLogger(GuardedListener.class);

    private final PublishedEventListener listener;
    private final TopicPrefixes topics;
    private final LogLimit limit = new LogLimit(1, Duration.ofSeconds(10));

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

    /** Shows it a run; see {@link PublishedEventListener#published}. */
    public void published(EventRun run) {
        try {
            listener.published(run);
        } catch (RuntimeException | LinkageError e) {
            LogLimit.Decision line = limit.next();
            if (line.mayWrite()) {
                LOG.error(
                        "event=broker.listener.failed listener={} events={} suppressed={}",
                        listener.getClass().getName(),
                        run.count(),
                        line.suppressed(),
                        e);
            }
        }
    }
}
