package io.datahub.zeromq;

import io.datahub.api.Refusal;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.user.GrantedTopics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A REQ or DEALER: its messages are an envelope and an event, and each is answered in the same envelope (RFC 28: frames
 * up to the first empty one; mostly that one alone). The answers go out after the read was handed on as a whole.
 */
final class RequestingPeer extends Peer {

    private static final int TOPIC_SCAN = 4_201;
    private static final int MAX_ENVELOPE_FRAMES = 8;
    private static final int MAX_ENVELOPE_BYTES = 1_024;

    /** An empty frame that others follow. */
    private static final byte[] DELIMITER = {1, 0};

    /** The topic of a request that asks what of the prefixes behind it is granted. */
    private static final byte[] GRANTED = ascii("hub.granted");

    private static final byte[] OK = ascii("OK");
    private static final byte[] ERR = ascii("ERR");

    private final int maxMessageBytes;
    private final int maxFrames;

    /** The envelope of the event that is being validated. */
    private byte[] pendingEnvelope = DELIMITER;

    RequestingPeer(Connection connection, Session session, int maxMessageBytes, int maxFrames) {
        super(connection, session);
        this.maxMessageBytes = maxMessageBytes;
        this.maxFrames = maxFrames;
    }

    @Override
    public long maxBytes(int frames) {
        return (long) maxMessageBytes + TOPIC_SCAN;
    }

    @Override
    public boolean message(SharedBuffer buffer, int start, int end, int firstStart, int firstEnd, int frames) {
        ByteBuffer bytes = buffer.bytes();
        int bodyStart = firstStart;
        int bodyEnd = firstEnd;
        int enveloping = 1;
        while (bodyStart < bodyEnd && enveloping < Math.min(frames, MAX_ENVELOPE_FRAMES)) {
            bodyStart = bodyStart(bytes, bodyEnd);
            bodyEnd = bodyEnd(bytes, bodyEnd);
            enveloping++;
        }
        if (bodyStart < bodyEnd || bodyEnd - start > MAX_ENVELOPE_BYTES || enveloping == frames) {
            refuse(DELIMITER, "400", "a request begins with an empty frame, behind which come topic and payload");
            return true;
        }
        byte[] envelope = enveloping == 1 ? DELIMITER : copy(bytes, start, bodyEnd);
        if (frames - enveloping > maxFrames) {
            refuse(
                    envelope,
                    "400",
                    "the request has " + (frames - enveloping) + " frames behind its empty one; at most " + maxFrames
                            + " are allowed (maxFrames in io.datahub.zeromq.cfg)");
            return true;
        }
        int topicStart = bodyStart(bytes, bodyEnd);
        int topicFrameEnd = bodyEnd(bytes, bodyEnd);
        int topicEnd =
                frames - enveloping > 1 ? topicFrameEnd : PublishingPeer.topicEnd(bytes, topicStart, topicFrameEnd);
        if (isQuestion(bytes, topicStart, topicFrameEnd)) {
            tellGranted(envelope, bytes, topicFrameEnd, end);
            return true;
        }
        Published published = session()
                .publish(
                        buffer, bodyEnd, end, topicStart, topicEnd, connection().whenDecided());
        if (published == Published.PENDING) {
            pendingEnvelope = envelope;
            connection().suspend();
            return false;
        }
        answer(envelope, published);
        return true;
    }

    @Override
    void decided(Published published) {
        answer(pendingEnvelope, published);
    }

    /** As many again as there may be, so that who sends too many is told how many these are. */
    @Override
    int maxEnvelopeFrames() {
        return MAX_ENVELOPE_FRAMES + maxFrames;
    }

    private static boolean isQuestion(ByteBuffer bytes, int start, int end) {
        if (end - start != GRANTED.length) {
            return false;
        }
        int i = 0;
        while (i < GRANTED.length && bytes.get(start + i) == GRANTED[i]) {
            i++;
        }
        return i == GRANTED.length;
    }

    /** Answers what of the prefixes in the frames behind the topic its user gets when it subscribes to them. */
    private void tellGranted(byte[] envelope, ByteBuffer bytes, int from, int end) {
        List<String> prefixes = new ArrayList<>();
        for (int frame = from; frame < end; frame = bodyEnd(bytes, frame)) {
            int start = bodyStart(bytes, frame);
            prefixes.add(new String(copy(bytes, start, bodyEnd(bytes, frame)), StandardCharsets.UTF_8));
        }
        List<byte[]> answer = new ArrayList<>();
        answer.add(OK);
        GrantedTopics.of(session().login().user(), prefixes).forEach(prefix -> answer.add(ascii(prefix)));
        reply(envelope, answer.toArray(byte[][]::new));
    }

    private static boolean isLong(ByteBuffer bytes, int frame) {
        return (bytes.get(frame) & 2) != 0;
    }

    private static int bodyStart(ByteBuffer bytes, int frame) {
        return frame + (isLong(bytes, frame) ? 9 : 2);
    }

    private static int bodyEnd(ByteBuffer bytes, int frame) {
        return bodyStart(bytes, frame)
                + (isLong(bytes, frame) ? (int) bytes.getLong(frame + 1) : bytes.get(frame + 1) & 0xff);
    }

    private static byte[] copy(ByteBuffer bytes, int from, int to) {
        byte[] copy = new byte[to - from];
        bytes.get(from, copy);
        return copy;
    }

    private void answer(byte[] envelope, Published published) {
        if (published == Published.ACCEPTED) {
            reply(envelope, OK);
        } else {
            Refusal refusal = session().refusal(published).orElseThrow();
            refuse(envelope, String.valueOf(refusal.reason().status()), refusal.detail());
        }
    }

    private void refuse(byte[] envelope, String status, String detail) {
        reply(envelope, ERR, ascii(status), ascii(detail));
    }

    /** @param envelope the frames that the request began with, as they came */
    private void reply(byte[] envelope, byte[]... frames) {
        ByteBuffer answer = EventWriter.write(frames);
        connection()
                .send(ByteBuffer.allocate(envelope.length + answer.remaining())
                        .put(envelope)
                        .put(answer)
                        .flip());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
