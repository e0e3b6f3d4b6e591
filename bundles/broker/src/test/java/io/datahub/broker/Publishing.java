package io.datahub.broker;

import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SharedBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Publishes and waits until the event is validated and kept. */
final class Publishing {

    private Publishing() {}

    /** Publishes one event and flushes. */
    static Published publish(Session session, String topic, byte[]... frames) {
        Published published = awaitCompletion(session, completed -> session.publish(completed, topic, frames));
        session.flush();
        return published;
    }

    /** Publishes one event without flushing. */
    static Published publish(Session session, SharedBuffer buffer, int start, int end, int topicStart, int topicEnd) {
        return awaitCompletion(
                session, completed -> session.publish(buffer, start, end, topicStart, topicEnd, completed));
    }

    private static Published awaitCompletion(Session session, Function<Runnable, Published> publication) {
        CountDownLatch completed = new CountDownLatch(1);
        Published published = publication.apply(completed::countDown);
        if (published != Published.PENDING) {
            return published;
        }
        try {
            if (!completed.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError("the event is still pending");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return session.completed();
    }
}
