package io.datahub.api.event;

import io.datahub.api.Refusal;
import io.datahub.api.user.Login;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A client's session with the broker: its subscriptions, its queue, and the events it publishes. Identity and grants
 * are checked here, for each event and each subscription.
 *
 * <p>{@link #publish} and {@link #flush} must be called by one thread at a time, and so must {@link #take}; these two
 * threads may differ. All other methods are thread-safe.
 */
@ProviderType
public interface Session extends AutoCloseable {

    /**
     * The current login.
     *
     * @return the login with the user's current permissions
     */
    Login login();

    /**
     * Subscribes to the topics with this prefix, limited to what is granted now or later. Subscriptions are counted: a
     * prefix subscribed twice must be unsubscribed twice.
     *
     * @param prefix the beginning of the topics in UTF-8; empty for all
     * @return false if the session has reached its subscription limit
     */
    boolean subscribe(byte[] prefix);

    /**
     * Removes one subscription; false if there was none.
     *
     * @param prefix the prefix as it was subscribed
     * @return whether there was one
     */
    boolean unsubscribe(byte[] prefix);

    /**
     * Publishes one event from a shared buffer; never blocks. Delivery may be deferred until the next {@link #flush},
     * so the caller must hold the buffer until then. If the event must be validated or kept first, and that takes time,
     * the result is {@link Published#PENDING}: nothing else may be published until {@code completed} was called and
     * {@link #completed()} after it. The caller need not hold the buffer for a pending event.
     *
     * @param buffer the buffer with the event
     * @param start the start of the event, which has the format of {@link EventRun}
     * @param end the end of the event
     * @param topicStart the start of its topic
     * @param topicEnd the end of its topic
     * @param completed called once for a pending event and for no other, on any thread, possibly before this method has
     *     returned; it must not block, and must leave all further work to the publishing thread
     * @return the outcome, or {@link Published#PENDING}
     */
    Published publish(SharedBuffer buffer, int start, int end, int topicStart, int topicEnd, Runnable completed);

    /**
     * The outcome of the event that was {@link Published#PENDING}, once it is known; if accepted, it is delivered with
     * the next {@link #flush} at the latest. Call it on the publishing thread.
     *
     * @return the outcome, never {@link Published#PENDING}
     * @throws IllegalStateException if no event is pending
     */
    Published completed();

    /**
     * Why the last published event was refused, including what validators or its log found; empty if it was accepted.
     * Call it on the publishing thread.
     *
     * @param published the result that {@link #publish} or {@link #completed} returned for it
     * @return the refusal
     */
    Optional<Refusal> refusal(Published published);

    /**
     * Delivers the published events.
     *
     * @return false if a receiver is above its high-water mark: publishers that support backpressure then wait for
     *     {@link EventSink#resume}, which may be called before this method has returned
     */
    boolean flush();

    /**
     * Publishes one event with a topic, a payload and any further frames, and flushes unless the event is {@link
     * Published#PENDING}; see {@link #publish(SharedBuffer, int, int, int, int, Runnable)}.
     *
     * @param completed called once for a pending event
     * @param topic the topic
     * @param frames the payload and any further frames
     * @return the outcome, or {@link Published#PENDING}
     */
    default Published publish(Runnable completed, String topic, byte[]... frames) {
        byte[][] all = new byte[frames.length + 1][];
        all[0] = topic.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(frames, 0, all, 1, frames.length);
        ByteBuffer bytes = EventWriter.write(all);
        int topicStart = all[0].length > 255 ? 9 : 2;
        SharedBuffer buffer = new SharedBuffer(bytes);
        Published published = publish(buffer, 0, bytes.limit(), topicStart, topicStart + all[0].length, completed);
        if (published != Published.PENDING) {
            flush();
        }
        buffer.release();
        return published;
    }

    /**
     * Takes the events waiting for the client, in order.
     *
     * @param maxBytes stops once this many bytes were taken; at least one run is taken if there is one
     * @param receiver receives each run, holds its buffer and must release it
     * @return the number of bytes taken; 0 if the queue is empty
     */
    int take(int maxBytes, Consumer<? super EventRun> receiver);

    /**
     * The number of events that this session has lost so far because its queue was full. A loss is counted before any
     * later event can be taken.
     *
     * @return the number of whole events
     */
    long lost();

    /**
     * A snapshot of the session's state.
     *
     * @return the state
     */
    SessionInfo info();

    /** Ends the session and drops its queue. {@link EventSink#ended} is not called. */
    @Override
    void close();
}
