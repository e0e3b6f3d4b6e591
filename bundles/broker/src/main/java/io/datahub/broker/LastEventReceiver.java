package io.datahub.broker;

import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.LastEvents;
import io.datahub.api.event.NoOpSink;
import io.datahub.broker.queue.EventQueue;
import io.datahub.broker.queue.FanOut;
import io.datahub.broker.queue.GlobalQueueLimit;
import io.datahub.broker.queue.PublisherPause;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Puts newest events into the queue of a session that has subscribed to them. Thread-safe. */
final class LastEventReceiver implements LastEvents.Receiver {

    /** The queue's length beyond which no more are put into it. */
    private static final long MAX_QUEUED_BYTES = 512 * 1024;

    private static final PublisherPause NEVER = new PublisherPause(NoOpSink.INSTANCE);

    private final SessionState session;
    private final BooleanSupplier isSubscribed;
    private final GlobalQueueLimit queueLimit;

    /** @param isSubscribed whether the subscription hasn't ended */
    LastEventReceiver(SessionState session, BooleanSupplier isSubscribed, GlobalQueueLimit queueLimit) {
        this.session = session;
        this.isSubscribed = isSubscribed;
        this.queueLimit = queueLimit;
    }

    @Override
    public boolean isOpen() {
        return !session.isClosed() && isSubscribed.getAsBoolean();
    }

    @Override
    public boolean hasRoom() {
        return session.queue().bytes() < MAX_QUEUED_BYTES;
    }

    @Override
    public void receive(List<EventRun> events) {
        FanOut fanOut = new FanOut(queueLimit, NEVER);
        EventQueue[] queue = {session.queue()};
        for (EventRun event : events) {
            EventReader reader = new EventReader(event);
            reader.next();
            byte[] topic = new byte[reader.topicEnd() - reader.topicStart()];
            event.buffer().bytes().get(reader.topicStart(), topic);
            if (session.user().maySubscribe(topic)) {
                fanOut.put(event, queue);
            }
        }
        fanOut.wakeWithoutWaiting();
    }
}
