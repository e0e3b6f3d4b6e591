package io.datahub.zeromq;

import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.user.Login;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A PUB, XPUB or PUSH: its messages are events. A PUB sends only what somebody subscribed to, so the hub subscribes to
 * what its user may publish. A PUSH waits while a receiver is full.
 */
final class PublishingPeer extends Peer {

    /** One byte more than the longest topic: enough to find where it ends, or that it is too long. */
    private static final int TOPIC_SCAN = 4_201;

    private final int maxMessageBytes;
    private final boolean filters;
    private final Set<ByteBuffer> sent = new LinkedHashSet<>();
    private boolean refusedBefore;

    /** The topic of the event that is being validated, for the log. */
    private String pendingTopic = "";

    PublishingPeer(Connection connection, Session session, int maxMessageBytes, boolean filters) {
        super(connection, session);
        this.maxMessageBytes = maxMessageBytes;
        this.filters = filters;
        renewed(session.login());
    }

    @Override
    boolean waits() {
        return !filters;
    }

    @Override
    public long maxBytes(int frames) {
        return frames == 0 ? (long) maxMessageBytes + TOPIC_SCAN : maxMessageBytes;
    }

    @Override
    public boolean message(SharedBuffer buffer, int start, int end, int firstStart, int firstEnd, int frames) {
        int topicEnd = frames > 1 ? firstEnd : topicEnd(buffer.bytes(), firstStart, firstEnd);
        Published published = session()
                .publish(buffer, start, end, firstStart, topicEnd, connection().whenDecided());
        if (published == Published.ACCEPTED) {
            return true;
        }
        String topic = refusedBefore ? "" : Peers.printable(buffer.bytes(), firstStart, topicEnd);
        if (published == Published.PENDING) {
            pendingTopic = topic;
            connection().suspend();
            return false;
        }
        logRefusal(topic, published);
        return true;
    }

    @Override
    void decided(Published published) {
        if (published != Published.ACCEPTED) {
            logRefusal(pendingTopic, published);
        }
    }

    private void logRefusal(String topic, Published published) {
        if (!refusedBefore) {
            refusedBefore = true;
            connection().refused(topic, published);
        }
    }

    /** Where the topic of an event of one frame ends. */
    static int topicEnd(ByteBuffer bytes, int start, int end) {
        return EventReader.topicEnd(bytes, start, Math.min(end, start + TOPIC_SCAN));
    }

    /** Subscribes to what may be published now, and takes back what may not be any more. */
    @Override
    void renewed(Login login) {
        if (!filters) {
            return;
        }
        Set<ByteBuffer> granted = new LinkedHashSet<>();
        login.user().publishPrefixes().forEach(prefix -> granted.add(ByteBuffer.wrap(prefix)));
        granted.stream().filter(prefix -> !sent.contains(prefix)).forEach(prefix -> send(1, prefix));
        sent.stream().filter(prefix -> !granted.contains(prefix)).forEach(prefix -> send(0, prefix));
        sent.clear();
        sent.addAll(granted);
    }

    private void send(int what, ByteBuffer prefix) {
        byte[] body = new byte[1 + prefix.remaining()];
        body[0] = (byte) what;
        prefix.get(prefix.position(), body, 1, prefix.remaining());
        connection().send(EventWriter.write(body));
    }
}
