package io.datahub.nats.stream;

import io.datahub.api.event.EventRun;
import io.datahub.nats.wire.Header;
import io.datahub.nats.wire.Member;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The events for one other hub. They are numbered, whether or not they can be sent, so that the other hub knows how many
 * it has lost; it says how far it has come, and no more than a window is under way, since the server drops what a
 * receiver is too slow for. What waits longer than the queue allows is lost. Thread-safe.
 */
public final class OutgoingStream {

    /** The maximum that is under way, in bytes. */
    static final long WINDOW = 4L << 20;

    /** The maximum that waits, in bytes. A single event may be larger. */
    static final long MAX_QUEUED = 16L << 20;

    /** What a message costs besides its bytes, so that small ones don't flood client and server. */
    private static final int MESSAGE_COST = 1 << 9;

    private final Member sender;
    private final Member receiver;
    private final int headBytes;
    private volatile TopicFilter filter;
    private volatile long seen = System.nanoTime();

    /** The rest is guarded by this. */
    private final Deque<Batch> queue = new ArrayDeque<>();

    private long queuedBytes;
    private long nextEvent;
    private long position;
    private long acknowledged;
    private boolean markDue;
    private boolean isPaused;

    /**
     * Creates it.
     *
     * @param filter the topics that the receiver wants
     */
    public OutgoingStream(Member sender, Member receiver, TopicFilter filter) {
        this.sender = sender;
        this.receiver = receiver;
        this.filter = filter;
        headBytes = Header.size(sender, receiver);
    }

    public Member receiver() {
        return receiver;
    }

    TopicFilter filter() {
        return filter;
    }

    /** The receiver is there, and wants these topics. */
    public synchronized void update(TopicFilter wanted) {
        filter = wanted;
        seen = System.nanoTime();
        isPaused = false;
    }

    /**
     * The connection was opened again. The receiver's may still be closed, and then nobody would take a message: so none
     * is sent until the receiver says that it is there.
     */
    public synchronized void pause() {
        isPaused = true;
    }

    /** How long the receiver has been silent, in nanoseconds. */
    public long silentNanos() {
        return System.nanoTime() - seen;
    }

    /**
     * Adds events: a single one of any size, or several of at most {@link Batch#MAX_PIECE} bytes.
     *
     * @return whether there was room for them; if not, they are lost
     */
    synchronized boolean add(EventRun run, int start, int end, int count) {
        int length = end - start;
        long number = nextEvent;
        nextEvent += count;
        if (queuedBytes > 0 && queuedBytes + length > MAX_QUEUED) {
            return false;
        }
        if (length > Batch.MAX_PIECE) {
            for (int offset = 0; offset < length; offset += Batch.MAX_PIECE) {
                Batch piece = new Batch(Header.Kind.FRAGMENT, headBytes, number);
                piece.fill(run, start, length, offset, Math.min(Batch.MAX_PIECE, length - offset));
                append(piece);
            }
            return true;
        }
        Batch last = queue.peekLast();
        int before = last == null ? 0 : last.size();
        if (last != null && last.continuesAt(number) && last.add(run, start, end, count)) {
            queuedBytes += last.size() - before;
            return true;
        }
        Batch next = new Batch(Header.Kind.EVENTS, headBytes, number);
        next.add(run, start, end, count);
        append(next);
        return true;
    }

    private void append(Batch batch) {
        queue.addLast(batch);
        queuedBytes += batch.size();
    }

    /** The next message; null if there is none, or the window is full. */
    synchronized OutgoingMessage next() {
        if (isPaused || queue.isEmpty() || position - acknowledged >= WINDOW) {
            return null;
        }
        Batch batch = queue.removeFirst();
        queuedBytes -= batch.size();
        position += batch.size() + MESSAGE_COST;
        byte[] message = batch.message(head(batch.kind(), batch.firstEvent()));
        return new OutgoingMessage(message, batch.events());
    }

    /** Has the next call of {@link #dueMark} return one. */
    public synchronized void requestMark() {
        markDue = true;
    }

    /** A message without events, which shows the receiver what it has lost; null if none is due. */
    synchronized byte[] dueMark() {
        if (isPaused || !markDue) {
            return null;
        }
        markDue = false;
        long number = queue.isEmpty() ? nextEvent : queue.getFirst().firstEvent();
        return new Batch(Header.Kind.MARK, headBytes, number).message(head(Header.Kind.MARK, number));
    }

    private Header head(Header.Kind kind, long firstEvent) {
        return new Header(kind, sender, receiver, position, firstEvent);
    }

    /** Everything up to this position has arrived, or is lost. */
    public synchronized void acknowledge(long arrived) {
        acknowledged = Math.max(acknowledged, Math.min(arrived, position));
    }

    /** The number of bytes that wait. */
    public synchronized long queuedBytes() {
        return queuedBytes;
    }
}
