package io.datahub.zeromq;

import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.user.Login;
import io.datahub.zeromq.zmtp.PeerText;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A PUB, XPUB or PUSH socket: its messages are events. A PUB sends only messages with a matching subscription, so the
 * hub subscribes to the topics that the user may publish. A PUSH is subject to backpressure.
 */
final class PublishingPeer extends Peer {

    /**
     * One byte more than the maximum topic length: enough to find the end of the topic or to see that it is too long.
     */
    private static final int TOPIC_SCAN = 4_201;

    private final int maxMessageBytes;
    private final boolean filtersBySubscription;
    private final Set<ByteBuffer> subscriptions = new LinkedHashSet<>();
    private boolean refusalLogged;

    /** The topic of the pending event, for the log. */
    private String pendingTopic = "";

    PublishingPeer(PeerContext connection, Session session, int maxMessageBytes, boolean filtersBySubscription) {
        super(connection, session);
        this.maxMessageBytes = maxMessageBytes;
        this.filtersBySubscription = filtersBySubscription;
        renewed(session.login());
    }

    @Override
    boolean appliesBackpressure() {
        return !filtersBySubscription;
    }

    @Override
    public long maxBytes(int frames) {
        return frames == 0 ? (long) maxMessageBytes + TOPIC_SCAN : maxMessageBytes;
    }

    @Override
    public boolean message(SharedBuffer buffer, int start, int end, int firstStart, int firstEnd, int frames) {
        int topicEnd = frames > 1 ? firstEnd : topicEnd(buffer.bytes(), firstStart, firstEnd);
        Published published = session()
                .publish(buffer, start, end, firstStart, topicEnd, connection().onCompleted());
        if (published == Published.ACCEPTED) {
            return true;
        }
        String topic = refusalLogged ? "" : PeerText.prefix(buffer.bytes(), firstStart, topicEnd);
        if (published == Published.PENDING) {
            pendingTopic = topic;
            connection().suspend();
            return false;
        }
        logRefusal(topic, published);
        return true;
    }

    @Override
    void completed(Published published) {
        if (published != Published.ACCEPTED) {
            logRefusal(pendingTopic, published);
        }
    }

    private void logRefusal(String topic, Published published) {
        if (!refusalLogged) {
            refusalLogged = true;
            connection().refused(topic, published);
        }
    }

    /** The end of the topic in a single-frame event. */
    static int topicEnd(ByteBuffer bytes, int start, int end) {
        return EventReader.topicEnd(bytes, start, Math.min(end, start + TOPIC_SCAN));
    }

    /** Subscribes to topics that may be published now, and unsubscribes from those that may no longer be published. */
    @Override
    void renewed(Login login) {
        if (!filtersBySubscription) {
            return;
        }
        Set<ByteBuffer> granted = new LinkedHashSet<>();
        login.user().publishPrefixes().forEach(prefix -> granted.add(ByteBuffer.wrap(prefix)));
        granted.stream().filter(prefix -> !subscriptions.contains(prefix)).forEach(prefix -> send(1, prefix));
        subscriptions.stream().filter(prefix -> !granted.contains(prefix)).forEach(prefix -> send(0, prefix));
        subscriptions.clear();
        subscriptions.addAll(granted);
    }

    private void send(int operation, ByteBuffer prefix) {
        byte[] body = new byte[1 + prefix.remaining()];
        body[0] = (byte) operation;
        prefix.get(prefix.position(), body, 1, prefix.remaining());
        connection().send(EventWriter.write(body));
    }
}
