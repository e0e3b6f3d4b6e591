package io.datahub.api.event;

import io.datahub.api.Refusal;
import io.datahub.api.user.Login;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One client's stay at the broker: what it subscribed to, what waits for it, and what it publishes. Identity and grants
 * are looked at here, for each event and each subscription.
 *
 * <p>{@link #publish} and {@link #flush} are for one thread at a time, and so is {@link #take}; these two threads may
 * differ. Everything else is for any thread.
 */
@ProviderType
public interface Session extends AutoCloseable {

    /** Who it is, as of now. */
    Login login();

    /**
     * Subscribes to the topics with this prefix, as far as they are granted now or will be later. Subscribing twice needs
     * unsubscribing twice.
     *
     * @return false if the session has as many subscriptions as are allowed
     */
    boolean subscribe(byte[] prefix);

    /** Takes one subscription back; false if there was none. */
    boolean unsubscribe(byte[] prefix);

    /**
     * Publishes one event that stands in a shared buffer. It may be handed on only with the next {@link #flush}, so the
     * caller holds the buffer until then. Waits where validators validate the topic's events, for up to some seconds; a
     * thread that is interrupted stays so, and its event is refused.
     *
     * @param start where the event, in the form of {@link EventRun}, begins
     * @param end where it ends
     * @param topicStart where its topic begins
     * @param topicEnd where its topic ends
     */
    Published publish(SharedBuffer buffer, int start, int end, int topicStart, int topicEnd);

    /**
     * The same, but never waits: where validators validate the topic's events the answer is {@link Published#PENDING}. Then
     * nothing else may be published until {@code validated} was called, and {@link #validated()} behind it. The caller need
     * not hold the buffer for a pending event.
     *
     * @param validated is called once for a pending event, on any thread, perhaps before this method has returned; it must
     *     not block, and leaves everything else to the thread that publishes
     */
    default Published publish(
            SharedBuffer buffer, int start, int end, int topicStart, int topicEnd, Runnable validated) {
        return publish(buffer, start, end, topicStart, topicEnd);
    }

    /**
     * What became of the event that was {@link Published#PENDING}, once its validation is over; if it is accepted, it is
     * handed on with the next {@link #flush}. For the thread that publishes.
     *
     * @throws IllegalStateException if no event is pending
     */
    default Published validated() {
        throw new IllegalStateException("no event is being validated");
    }

    /**
     * Why the event that was published last was refused, with what validators found; empty if it was accepted. For the
     * thread that publishes.
     *
     * @param published what {@link #publish} said of it
     */
    default Optional<Refusal> refusal(Published published) {
        return published.refusal();
    }

    /**
     * Hands on what was published.
     *
     * @return false if a receiver is fuller than it should be: a publisher that can wait then waits for
     *     {@link EventSink#resume}, which can come before this method has returned
     */
    boolean flush();

    /** Publishes one event of a topic, a payload and any further frames, and hands it on. */
    default Published publish(String topic, byte[]... frames) {
        byte[][] all = new byte[frames.length + 1][];
        all[0] = topic.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(frames, 0, all, 1, frames.length);
        ByteBuffer bytes = EventWriter.write(all);
        int topicStart = all[0].length > 255 ? 9 : 2;
        SharedBuffer buffer = new SharedBuffer(bytes);
        Published published = publish(buffer, 0, bytes.limit(), topicStart, topicStart + all[0].length);
        flush();
        buffer.release();
        return published;
    }

    /**
     * Publishes one event of a topic, a payload and any further frames, and hands it on unless it is
     * {@link Published#PENDING}; see {@link #publish(SharedBuffer, int, int, int, int, Runnable)}.
     */
    default Published publish(Runnable validated, String topic, byte[]... frames) {
        byte[][] all = new byte[frames.length + 1][];
        all[0] = topic.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(frames, 0, all, 1, frames.length);
        ByteBuffer bytes = EventWriter.write(all);
        int topicStart = all[0].length > 255 ? 9 : 2;
        SharedBuffer buffer = new SharedBuffer(bytes);
        Published published = publish(buffer, 0, bytes.limit(), topicStart, topicStart + all[0].length, validated);
        if (published != Published.PENDING) {
            flush();
        }
        buffer.release();
        return published;
    }

    /**
     * Takes what waits for the client, in order.
     *
     * @param maxBytes stops when this much was taken; one run is always taken if there is one
     * @param receiver gets each run, holds its buffer and lets go of it in the end
     * @return the number of bytes taken; 0 if nothing waits
     */
    int take(int maxBytes, Consumer<? super EventRun> receiver);

    /** What is known of the session. */
    SessionInfo info();

    /** Ends the session; what waits is dropped. The sink isn't told. */
    @Override
    void close();
}
