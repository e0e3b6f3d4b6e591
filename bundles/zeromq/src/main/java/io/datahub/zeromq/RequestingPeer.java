package io.datahub.zeromq;

import io.datahub.api.Refusal;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A REQ or DEALER: its messages are an empty frame and an event, and each is answered. The answers go out after the read
 * was handed on as a whole.
 */
final class RequestingPeer extends Peer {

    private static final int TOPIC_SCAN = 4_201;
    private static final byte[] DELIMITER = {};
    private static final byte[] OK = ascii("OK");
    private static final byte[] ERR = ascii("ERR");

    private final int maxMessageBytes;

    RequestingPeer(Connection connection, Session session, int maxMessageBytes) {
        super(connection, session);
        this.maxMessageBytes = maxMessageBytes;
    }

    @Override
    public long maxBytes(int frames) {
        return (long) maxMessageBytes + TOPIC_SCAN;
    }

    @Override
    public void message(SharedBuffer buffer, int start, int end, int firstStart, int firstEnd, int frames) {
        if (firstStart < firstEnd || frames < 2) {
            refuse("400", "a request begins with an empty frame, behind which come topic and payload");
            return;
        }
        ByteBuffer bytes = buffer.bytes();
        boolean isLong = (bytes.get(firstEnd) & 2) != 0;
        int topicStart = firstEnd + (isLong ? 9 : 2);
        int frameEnd = topicStart + (isLong ? (int) bytes.getLong(firstEnd + 1) : bytes.get(firstEnd + 1) & 0xff);
        int topicEnd = frames > 2 ? frameEnd : PublishingPeer.topicEnd(bytes, topicStart, frameEnd);
        answer(session().publish(buffer, firstEnd, end, topicStart, topicEnd));
    }

    private void answer(Published published) {
        if (published == Published.ACCEPTED) {
            connection().send(EventWriter.write(DELIMITER, OK));
        } else {
            Refusal refusal = published.refusal().orElseThrow();
            refuse(String.valueOf(refusal.reason().status()), refusal.detail());
        }
    }

    private void refuse(String status, String detail) {
        connection().send(EventWriter.write(DELIMITER, ERR, ascii(status), ascii(detail)));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
