package io.datahub.zeromq;

import io.datahub.api.Refusal;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.user.GrantedTopics;
import io.datahub.zeromq.zmtp.FrameHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A REQ or DEALER socket: a message is an envelope and an event, and the reply has the same envelope (RFC 28: the
 * frames up to and including the first empty one; usually that one only). Replies are sent after all input of a read is
 * processed.
 */
final class RequestingPeer extends Peer {

    private static final int TOPIC_SCAN = 4_201;
    private static final int MAX_ENVELOPE_FRAMES = 8;
    private static final int MAX_ENVELOPE_BYTES = 1_024;

    /** An empty frame that is followed by others. */
    private static final byte[] DELIMITER = {1, 0};

    /** The topic of a request for the granted subset of the topic prefixes in the frames after it. */
    private static final byte[] GRANTED = utf8("hub.granted");

    /** The topic of a request for a page of the history, described by the frame after it. */
    private static final byte[] HISTORY = utf8("hub.history");

    private static final byte[] OK = utf8("OK");
    private static final byte[] ERR = utf8("ERR");

    private final int maxMessageBytes;
    private final int maxFrames;
    private final HistoryReader history;

    /** The envelope of the pending event. */
    private byte[] pendingEnvelope = DELIMITER;

    RequestingPeer(PeerContext connection, Session session, ZeromqSettings settings, HistoryReader history) {
        super(connection, session);
        maxMessageBytes = settings.maxMessageBytes();
        maxFrames = settings.maxFrames();
        this.history = history;
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
        int envelopeFrames = 1;
        while (bodyStart < bodyEnd && envelopeFrames < Math.min(frames, MAX_ENVELOPE_FRAMES)) {
            bodyStart = FrameHeader.bodyStart(bytes, bodyEnd);
            bodyEnd = FrameHeader.bodyEnd(bytes, bodyEnd);
            envelopeFrames++;
        }
        if (bodyStart < bodyEnd || bodyEnd - start > MAX_ENVELOPE_BYTES || envelopeFrames == frames) {
            replyError(DELIMITER, "400", "a request must start with an empty frame, followed by topic and payload");
            return true;
        }
        byte[] envelope = envelopeFrames == 1 ? DELIMITER : copy(bytes, start, bodyEnd);
        if (frames - envelopeFrames > maxFrames) {
            replyError(
                    envelope,
                    "400",
                    "the request has " + (frames - envelopeFrames) + " frames after the empty one; at most " + maxFrames
                            + " are allowed (maxFrames in io.datahub.zeromq.cfg)");
            return true;
        }
        int topicStart = FrameHeader.bodyStart(bytes, bodyEnd);
        int topicFrameEnd = FrameHeader.bodyEnd(bytes, bodyEnd);
        int topicEnd =
                frames - envelopeFrames > 1 ? topicFrameEnd : PublishingPeer.topicEnd(bytes, topicStart, topicFrameEnd);
        if (isTopic(GRANTED, bytes, topicStart, topicFrameEnd)) {
            replyGranted(envelope, bytes, topicFrameEnd, end);
            return true;
        }
        if (isTopic(HISTORY, bytes, topicStart, topicFrameEnd)) {
            byte[] request = topicFrameEnd == end
                    ? new byte[0]
                    : copy(
                            bytes,
                            FrameHeader.bodyStart(bytes, topicFrameEnd),
                            FrameHeader.bodyEnd(bytes, topicFrameEnd));
            replyHistory(envelope, request);
            return false;
        }
        Published published = session()
                .publish(
                        buffer, bodyEnd, end, topicStart, topicEnd, connection().onCompleted());
        if (published == Published.PENDING) {
            pendingEnvelope = envelope;
            connection().suspend();
            return false;
        }
        replyResult(envelope, published);
        return true;
    }

    @Override
    void completed(Published published) {
        replyResult(pendingEnvelope, published);
    }

    /** Allows as many frames again, so that a client that sends too many gets an error reply with their number. */
    @Override
    int maxEnvelopeFrames() {
        return MAX_ENVELOPE_FRAMES + maxFrames;
    }

    private static boolean isTopic(byte[] topic, ByteBuffer bytes, int start, int end) {
        if (end - start != topic.length) {
            return false;
        }
        int i = 0;
        while (i < topic.length && bytes.get(start + i) == topic[i]) {
            i++;
        }
        return i == topic.length;
    }

    /** Replies with a page of the history; the input after the request is held back until then. */
    private void replyHistory(byte[] envelope, byte[] request) {
        connection().runBlocking(history.executor(), () -> {
            byte[][] frames = history.reply(session().login().user(), request).toArray(byte[][]::new);
            return () -> reply(envelope, frames);
        });
    }

    /** Replies with the subscriptions that the user is granted of the prefixes in the frames after the topic. */
    private void replyGranted(byte[] envelope, ByteBuffer bytes, int from, int end) {
        List<String> prefixes = new ArrayList<>();
        for (int frame = from; frame < end; frame = FrameHeader.bodyEnd(bytes, frame)) {
            int start = FrameHeader.bodyStart(bytes, frame);
            prefixes.add(new String(copy(bytes, start, FrameHeader.bodyEnd(bytes, frame)), StandardCharsets.UTF_8));
        }
        List<byte[]> message = new ArrayList<>();
        message.add(OK);
        GrantedTopics.of(session().login().user(), prefixes).forEach(prefix -> message.add(utf8(prefix)));
        reply(envelope, message.toArray(byte[][]::new));
    }

    private static byte[] copy(ByteBuffer bytes, int from, int to) {
        byte[] copy = new byte[to - from];
        bytes.get(from, copy);
        return copy;
    }

    private void replyResult(byte[] envelope, Published published) {
        if (published == Published.ACCEPTED) {
            reply(envelope, OK);
        } else {
            Refusal refusal = session().refusal(published).orElseThrow();
            replyError(envelope, String.valueOf(refusal.reason().status()), refusal.detail());
        }
    }

    private void replyError(byte[] envelope, String status, String detail) {
        reply(envelope, ERR, utf8(status), utf8(detail));
    }

    /** @param envelope the leading frames of the request, unchanged */
    private void reply(byte[] envelope, byte[]... frames) {
        ByteBuffer message = EventWriter.write(frames);
        connection()
                .send(ByteBuffer.allocate(envelope.length + message.remaining())
                        .put(envelope)
                        .put(message)
                        .flip());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
